#pragma once

#include "base/bytes.h"
#include "lock/settings.h"

// How settings are written in events and records.

namespace holdfast::lock {

void put(ByteWriter& out, const Settings& settings);
Settings get_settings(ByteReader& in);

}  // namespace holdfast::lock
