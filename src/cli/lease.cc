#include <memory>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/describe.h"
#include "cli/duration.h"
#include "cli/handle.h"
#include "cli/subcommand.h"
#include "cli/verdict.h"
#include "client/request_id.h"

namespace holdfast::cli {
namespace {

struct Options {
  ClientOptions client;
  std::string lease;
  std::string ttl = "30s";
  std::string owner;
  std::string principal;
};

std::string time_left(const client::Lease& lease) {
  return lease.expires_in ? format_duration(*lease.expires_in) : "never";
}

void show_lease(const client::LeaseReply& reply) {
  const auto& lease = reply.lease.lease;
  fmt::print("{} of {}, expires in {}\n", lease.id, name_of_owner(lease.owner), time_left(lease));
  for (const auto& hold : reply.lease.holds)
    fmt::print("  {} (fencing token {})\n", hold.key, hold.fencing_token);
}

int open(const Options& options) {
  const auto settings = settings_for(options.client);
  if (!settings) return kExitUsage;
  const auto ttl = parse_duration_or_none(options.ttl);
  if (!ttl) return complain("--ttl: " + ttl.error().detail), kExitUsage;
  const client::OpenLeaseRequest request{.ttl = *ttl,
                                         .owner = options.owner.empty() ? default_owner() : options.owner,
                                         .request_id = client::new_request_id()};
  client::Connection connection(*settings);
  const auto answer = client::persist(
      [&](client::Milliseconds left) { return connection.open_lease(request, {.timeout = left}); }, kPatience,
      {});
  return conclude<client::LeaseReply>(answer, options.client, *settings, [](const client::LeaseReply& reply) {
    fmt::print("{}\n", reply.lease.lease.handle);
  });
}

int show(const Options& options) {
  const auto settings = settings_for(options.client);
  if (!settings) return kExitUsage;
  client::Connection connection(*settings);
  const std::string id = id_of_handle(options.lease);
  const auto answer =
      client::persist([&](client::Milliseconds left) { return connection.show_lease(id, {.timeout = left}); },
                      kReadPatience, {});
  return conclude<client::LeaseReply>(answer, options.client, *settings, show_lease);
}

int end(const Options& options) {
  const auto settings = settings_for(options.client);
  if (!settings) return kExitUsage;
  client::Connection connection(*settings);
  const std::string handle = read_handle(options.lease);
  const std::string request_id = client::new_request_id();
  const auto answer = client::persist(
      [&](client::Milliseconds left) {
        return connection.end_lease(id_of_handle(handle), handle, request_id, {.timeout = left});
      },
      kPatience, {});
  return conclude<client::StatusReply>(answer, options.client, *settings,
                                       [](const client::StatusReply&) { fmt::print("ended\n"); });
}

int list(const Options& options) {
  const auto settings = settings_for(options.client);
  if (!settings) return kExitUsage;
  client::Connection connection(*settings);
  std::vector<std::vector<std::string>> rows;
  std::string cursor;
  do {
    const auto answer = client::persist(
        [&](client::Milliseconds left) {
          return connection.list_leases(options.principal, cursor, {.timeout = left});
        },
        kReadPatience, {});
    const int code = conclude<client::LeaseListReply>(
        answer, options.client, *settings, [&](const client::LeaseListReply& reply) {
          for (const auto& [lease, holds] : reply.leases) {
            const std::string ttl = lease.ttl ? format_duration(*lease.ttl) : "none";
            rows.push_back({lease.id, lease.owner, ttl, time_left(lease)});
          }
        });
    if (code != kExitOk) return code;
    cursor = std::get<client::LeaseListReply>(*answer).next_cursor;
  } while (!cursor.empty());
  if (!options.client.json) print_table({"LEASE", "OWNER", "TTL", "EXPIRES IN"}, rows);
  return kExitOk;
}

using Handler = int (*)(const Options&);

CLI::App* add_part(CLI::App& command, Invocation& invocation, const char* name, const char* description,
                   const std::shared_ptr<Options>& options, Handler handler) {
  auto* part = command.add_subcommand(name, description);
  add_client_options(*part, options->client);
  part->callback([options, handler, &invocation] {
    invocation.action = [options, handler] { return handler(*options); };
  });
  return part;
}

}  // namespace

void add_lease(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("lease", "Open, show, end and list leases that several locks share");
  command->require_subcommand(1);
  auto options = std::make_shared<Options>();
  auto* open_part =
      add_part(*command, invocation, "open", "Open a lease and print its handle", options, open);
  open_part->add_option("-t,--ttl", options->ttl, "Life without renewal, 100ms to 24h, or none")
      ->type_name("DURATION")
      ->capture_default_str();
  open_part->add_option("--owner", options->owner, "Name shown to others")->type_name("TEXT");
  open_part->footer("Example:\n  lease=$(holdfast lease open --ttl 1m)");
  auto* show_part = add_part(*command, invocation, "show", "Show a lease and its holds", options, show);
  show_part->add_option("LEASE", options->lease, "Its id or handle")->required();
  show_part->footer("Example:\n  holdfast lease show \"$lease\"");
  auto* end_part = add_part(*command, invocation, "end", "End a lease and release its holds", options, end);
  end_part->add_option("LEASE", options->lease, "Its handle, or - to read it from standard input")
      ->required();
  end_part->footer("Example:\n  holdfast lease end \"$lease\"");
  auto* list_part = add_part(*command, invocation, "list", "List leases", options, list);
  list_part->add_option("--principal", options->principal, "Only those of this principal")->type_name("NAME");
  list_part->footer("Example:\n  holdfast lease list --json");
  command->footer(
      "Examples:\n"
      "  lease=$(holdfast lease open --ttl 1m)\n"
      "  holdfast lease show \"$lease\"");
}

}  // namespace holdfast::cli
