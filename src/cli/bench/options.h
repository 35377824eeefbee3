#pragma once

namespace CLI {
class App;
}

namespace holdfast::cli::bench {

struct Settings;

// The options of a load, which are the same whatever it measures. `settings` outlives the parsing.
void add_load_options(CLI::App& command, Settings& settings);

// As many sockets as the system allows.
void raise_descriptor_limit();

}  // namespace holdfast::cli::bench
