#include "lock/document.h"

#include "lock/evolve_admin.h"
#include "lock/field_codec.h"
#include "lock/record_codec.h"
#include "lock/state.h"

// What follows from the events of documents, and how the state keeps them.

namespace holdfast::lock {

void evolve_admin(State& state, const DocumentStored& event) {
  state.put_document(event.key, event.object, event.bytes);
}

void evolve_admin(State& state, const DocumentRemoved& event) {
  const Ref<Document> document = state.find_document(event.key);
  HOLDFAST_ASSERT(document);
  state.remove_document(document);
}

void State::put_document(std::string_view key, const ObjectId& object, std::uint64_t bytes) {
  document_bytes_ += bytes;
  if (const Ref<Document> present = find_document(key)) {
    document_bytes_ -= documents_[present].bytes;
    edit(present, [&](Document& document) {
      document.object = object;
      document.bytes = bytes;
    });
    return;
  }
  const Ref<Document> ref = documents_.create();
  documents_[ref].key = Text(key);
  documents_[ref].object = object;
  documents_[ref].bytes = bytes;
  added(documents_[ref]);
  document_index_.insert(key, ref);
}

void State::remove_document(Ref<Document> ref) {
  Document& document = documents_[ref];
  document_bytes_ -= document.bytes;
  before_change(document);
  document_index_.erase(document.key.view());
  documents_.destroy(ref);
}

void encode_record(const State&, const Document& document, ByteWriter& out) {
  out.u8(static_cast<std::uint8_t>(RecordKind::document));
  out.text(document.key.view());
  out.raw(document.object);
  out.varint(document.bytes);
}

Document decode_document(ByteReader& in) {
  Document document;
  document.key = get_text(in);
  const ByteView object = in.raw(document.object.size());
  std::ranges::copy(object, document.object.begin());
  document.bytes = in.varint();
  return document;
}

}  // namespace holdfast::lock
