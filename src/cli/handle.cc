#include "cli/handle.h"

#include <iostream>

namespace holdfast::cli {

std::string read_handle(const std::string& argument) {
  std::string line;
  if (argument != "-") return argument;
  std::getline(std::cin, line);
  return line;
}

std::string id_of_handle(const std::string& handle) {
  return handle.substr(0, handle.find('.'));
}

}  // namespace holdfast::cli
