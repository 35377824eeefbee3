#pragma once

// Precompiled for this folder: the large headers that most of its files need.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
