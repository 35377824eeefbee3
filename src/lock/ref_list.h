#pragma once

#include "lock/pool.h"

namespace holdfast::lock {

// A record's neighbours in one list.
template <class T>
struct Link {
  Ref<T> previous;
  Ref<T> next;
};

// A doubly linked list of pool records, linked through their member `kLink`; each record is in at most one
// list per link. Eight bytes when empty, nothing allocated ever.
template <class T, Link<T> T::*kLink>
class RefList {
 public:
  Ref<T> front() const { return head_; }
  Ref<T> back() const { return tail_; }
  bool empty() const { return !head_; }
  static Ref<T> next(const Pool<T>& pool, Ref<T> ref) { return (pool[ref].*kLink).next; }
  static Ref<T> previous(const Pool<T>& pool, Ref<T> ref) { return (pool[ref].*kLink).previous; }

  void push_back(Pool<T>& pool, Ref<T> ref) { insert_after(pool, tail_, ref); }
  void push_front(Pool<T>& pool, Ref<T> ref) { insert_after(pool, {}, ref); }

  // At the front when `position` is none.
  void insert_after(Pool<T>& pool, Ref<T> position, Ref<T> ref) {
    Link<T>& link = pool[ref].*kLink;
    link.previous = position;
    link.next = position ? (pool[position].*kLink).next : head_;
    (position ? (pool[position].*kLink).next : head_) = ref;
    (link.next ? (pool[link.next].*kLink).previous : tail_) = ref;
  }

  void remove(Pool<T>& pool, Ref<T> ref) {
    Link<T>& link = pool[ref].*kLink;
    (link.previous ? (pool[link.previous].*kLink).next : head_) = link.next;
    (link.next ? (pool[link.next].*kLink).previous : tail_) = link.previous;
    link = {};
  }

 private:
  Ref<T> head_;
  Ref<T> tail_;
};

}  // namespace holdfast::lock
