#include "keeper/documents.h"

#include <algorithm>
#include <set>
#include <utility>

#include <spdlog/spdlog.h>

#include "base/assert.h"
#include "base/random.h"

namespace holdfast::keeper {
namespace {

lock::Refused refusal(lock::Code code, std::string detail) {
  return {.code = code, .detail = std::move(detail)};
}

// Whether the command can still have been carried out, or yet be.
bool is_uncertain(const lock::Reply& reply) {
  const auto* const refused = std::get_if<lock::Refused>(&reply);
  return refused != nullptr &&
         (refused->code == lock::Code::outcome_unknown || refused->code == lock::Code::no_leader);
}

}  // namespace

// A command on its way through the keeper, whoever still waits for it.
class Documents::Storing final : public Call {
 public:
  Storing(Documents& documents, const lock::ObjectId& object, Done done)
      : object(object), done(std::move(done)), documents_(documents) {}

  void answered(lock::Revision revision, const lock::Reply& reply, const Timing&) override {
    documents_.finish(*this, revision, reply);
  }

  const lock::ObjectId object;
  const Done done;

 private:
  Documents& documents_;
};

Documents::Documents(Parts parts) : parts_(std::move(parts)) {}
Documents::~Documents() = default;

Result<void> Documents::begin() {
  std::set<lock::ObjectId> named;
  const auto& documents = parts_.state.documents();
  for (std::size_t slot = 0; slot < documents.slots(); ++slot) {
    if (const lock::Document* document = documents.at_slot(slot)) named.insert(document->object);
  }
  journal::Objects& objects = parts_.journal.objects();
  const auto present = objects.list();
  if (!present) return present.error();
  std::size_t found = 0;
  for (const lock::ObjectId& object : *present) {
    if (named.contains(object)) {
      ++found;
    } else if (auto removed = objects.remove(object); !removed) {
      return removed;
    }
  }
  if (found < named.size()) {
    spdlog::error("the files of {} documents are gone; storing them again or a restore mends that",
                  named.size() - found);
  }
  return {};
}

void Documents::run(JournalRunner::Work work, JournalRunner::Done done) {
  if (!runner_) runner_ = make_threaded_runner(parts_.io, parts_.journal);
  runner_->run(std::move(work), std::move(done));
}

// --- store ---

void Documents::store(lock::StoreDocument command, std::string bytes, std::optional<Md5> md5, Done done) {
  if (busy()) {
    return done(parts_.state.revision(), refusal(lock::Code::too_many_requests,
                                                 "as many documents are being read or written as can be"));
  }
  ++under_way_;
  lock::ObjectId object;
  fill_random(object);
  command.object = object;
  command.bytes = bytes.size();
  const auto put = std::make_shared<Result<void>>();
  const auto differs = std::make_shared<bool>(false);
  run(
      [put, differs, object, bytes = std::move(bytes), md5](journal::Journal& journal) {
        *differs = md5 && md5_of(as_bytes(bytes)) != *md5;
        if (!*differs) *put = journal.objects().put(object, as_bytes(bytes));
      },
      alive([put, differs, command = std::move(command), done = std::move(done)](Documents& self) mutable {
        if (!*differs) return self.written(std::move(command), *put, std::move(done));
        --self.under_way_;
        done(self.parts_.state.revision(),
             refusal(lock::Code::invalid_argument, "the MD5 of the bytes is another"));
      }));
}

void Documents::written(lock::StoreDocument command, const Result<void>& put, Done done) {
  --under_way_;
  if (!put) {
    spdlog::warn("a document was not written: {}", put.error().message());
    return done(parts_.state.revision(),
                refusal(lock::Code::journal_unavailable, "the document could not be written"));
  }
  storing_.push_back(std::make_unique<Storing>(*this, command.object, std::move(done)));
  parts_.submit(std::move(command), *storing_.back());
}

void Documents::finish(Storing& storing, lock::Revision revision, const lock::Reply& reply) {
  const auto at = std::ranges::find(storing_, &storing, &std::unique_ptr<Storing>::get);
  HOLDFAST_ASSERT(at != storing_.end());
  const std::unique_ptr<Storing> ended = std::move(*at);
  storing_.erase(at);
  if (!std::holds_alternative<lock::DocumentDone>(reply) && !is_uncertain(reply)) remove({ended->object});
  ended->done(revision, reply);
}

// --- read ---

void Documents::read(std::string_view key, Found found) {
  const auto ref = parts_.state.find_document(key);
  if (!ref) {
    return parts_.when_durable([found = std::move(found)] { found(std::optional<Document>()); });
  }
  ++under_way_;
  const auto got = std::make_shared<Result<std::optional<Document>>>(std::optional<Document>());
  run(
      [got, object = parts_.state.documents()[ref].object](journal::Journal& journal) {
        const auto bytes = journal.objects().get(object);
        if (!bytes) {
          *got = bytes.error();
        } else {
          *got = Document{std::string(as_text(*bytes)), md5_of(*bytes)};
        }
      },
      alive([got, found = std::move(found)](Documents& self) mutable {
        --self.under_way_;
        if (!*got) spdlog::error("a document cannot be read: {}", got->error().message());
        self.parts_.when_durable([got, found = std::move(found)] { found(std::move(*got)); });
      }));
}

// --- objects that no document is any more ---

void Documents::before(const lock::State&, const lock::Event& event) {
  if (const auto* stored = std::get_if<lock::DocumentStored>(&event)) doom(stored->key);
  if (const auto* removed = std::get_if<lock::DocumentRemoved>(&event)) doom(removed->key);
}

void Documents::doom(std::string_view key) {
  const auto ref = parts_.state.find_document(key);
  if (ref) observed_.push_back(parts_.state.documents()[ref].object);
}

void Documents::durable() {
  if (observed_.empty()) return;
  doomed_.insert(doomed_.end(), observed_.begin(), observed_.end());
  observed_.clear();
  remove_doomed();
}

void Documents::remove_doomed() {
  if (kept_ == 0 && !doomed_.empty()) remove(std::exchange(doomed_, {}));
}

void Documents::remove(std::vector<lock::ObjectId> objects) {
  const auto failure = std::make_shared<Result<void>>();
  run(
      [failure, objects = std::move(objects)](journal::Journal& journal) {
        for (const lock::ObjectId& object : objects) {
          if (auto removed = journal.objects().remove(object); !removed) *failure = std::move(removed);
        }
      },
      [failure] {
        if (!*failure) spdlog::warn("what is left will go at the next start: {}", failure->error().message());
      });
}

// --- copies ---

std::vector<lock::ObjectId> Documents::keep() {
  ++kept_;
  std::vector<lock::ObjectId> objects;
  const auto& documents = parts_.state.documents();
  for (std::size_t slot = 0; slot < documents.slots(); ++slot) {
    if (const lock::Document* document = documents.at_slot(slot)) objects.push_back(document->object);
  }
  return objects;
}

void Documents::let_go() {
  HOLDFAST_ASSERT(kept_ > 0);
  --kept_;
  remove_doomed();
}

void Documents::read_object(const lock::ObjectId& id, std::function<void(Result<Bytes>)> then) {
  const auto got = std::make_shared<Result<Bytes>>(Bytes());
  run([got, id](journal::Journal& journal) { *got = journal.objects().get(id); },
      alive([got, then = std::move(then)](Documents&) { then(std::move(*got)); }));
}

}  // namespace holdfast::keeper
