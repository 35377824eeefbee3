#pragma once

#include <functional>
#include <memory>
#include <string>

#include "journal/file/directory.h"

// A directory whose operations a test lets pass, fail, stop halfway, or do nothing and claim success.

namespace holdfast::journal::file {

struct Operation {
  enum class Kind { open, create, read, write, sync, settle, rename, remove, sync_directory };
  Kind kind;
  std::string name;  // of the file; for a rename the old name
  std::uint64_t offset = 0;
  std::size_t bytes = 0;
  bool direct = false;
  bool write_through = false;  // of the file that is opened or written
};

struct Verdict {
  int error = 0;             // errno to fail with; 0: success
  bool pretend = false;      // success without doing anything
  std::size_t written = 0;   // of a failing write: so many bytes are written all the same
  bool cached_only = false;  // of an open: without O_DIRECT and O_DSYNC, whatever was asked for
};

using Script = std::function<Verdict(const Operation& operation)>;

// The script is called on every thread that uses the directory.
std::unique_ptr<Directory> make_faulty_directory(std::unique_ptr<Directory> inner, Script script);

}  // namespace holdfast::journal::file
