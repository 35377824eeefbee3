#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace holdfast::cli {

// A file that is there whole or not at all: it is written beside its place as NAME.partial, readable by its
// owner alone, and takes its place when it is on the disk. A partial file of an earlier attempt is
// overwritten.
class NewFile {
 public:
  // With `replace`, a file that has the name is replaced in the end.
  NewFile(std::string path, bool replace) : path_(std::move(path)), replace_(replace) {}
  // Removes what was not kept.
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  // Errors of all three are errno's, and name the file.
  Result<void> open();
  Result<void> write(std::string_view bytes);
  Result<void> keep();

 private:
  std::string partial() const { return path_ + ".partial"; }
  Result<void> take_place();
  Result<void> sync_folder() const;

  const std::string path_;
  const bool replace_;
  int file_ = -1;
};

}  // namespace holdfast::cli
