#pragma once

#include <array>
#include <cstddef>

// A key may have a document: bytes that whoever holds it keeps, such as the state that Terraform locks. They
// are too large for an entry, so they are an object of the journal (journal/objects.h), and the state only
// says which one. An object is never changed; another document is another object.

namespace holdfast::lock {

using ObjectId = std::array<std::byte, 16>;

// The feature level from which on entries can say anything of documents.
inline constexpr unsigned kDocumentLevel = 2;

}  // namespace holdfast::lock
