#pragma once

#include "base/assert.h"
#include "base/bytes.h"

// A target is a file of targets/: one function that gets any bytes at all and hands them to code that reads
// what others wrote. Whatever does not hold of what it reads is a HOLDFAST_ASSERT. It is linked twice: with
// libFuzzer, which looks for bytes that break it, and into fuzz_corpus_test, which gives it those that are
// kept in corpus/.
//
// HOLDFAST_FUZZ_TARGET(name) begins the function of targets/<name>.cc.

#define HOLDFAST_FUZZ_TARGET(name) void holdfast_fuzz_##name(::holdfast::ByteView input)
