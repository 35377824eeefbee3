#pragma once

// Distributed locks: https://… is where a server listens, see connection.h.

#include <holdfast/campaign.h>
#include <holdfast/connection.h>
#include <holdfast/errc.h>
#include <holdfast/hold.h>
#include <holdfast/mutex.h>
#include <holdfast/options.h>
#include <holdfast/result.h>
#include <holdfast/version.h>
