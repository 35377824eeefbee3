#pragma once

#include <vector>

#include <boost/json.hpp>

#include "client/messages.h"

// The parts of a lock as several replies have them. For the codec's .cc files only.

namespace holdfast::client {

std::vector<Holder> read_holders(const boost::json::object& in);
LockSettings read_settings(const boost::json::object& in);
LockView read_lock(const boost::json::object& in);

}  // namespace holdfast::client
