// A Docker engine in Swarm mode, as far as a scaler sees it.
#pragma once

#include "tests/integration/fake_server.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace skep::test {

/// The JSON text of a spec with many kinds of fields, numbers above 2^53 and floating point ones
/// among them.
std::string rich_spec(const std::string& name, int replicas);

struct FakeService {
  std::string id;
  std::uint64_t version = 10;
  std::string spec;            ///< JSON text
  std::string update_state;    ///< UpdateStatus.State; empty: no UpdateStatus
  std::optional<int> running;  ///< empty: all that are placed
  int unplaced = 0;            ///< tasks that find no node
  std::string unplaced_reason;
};

struct FakeUpdate {
  std::chrono::steady_clock::time_point time;
  std::string service;  ///< its name
  std::uint64_t version = 0;
  std::string body;
  int from = 0;
  int to = 0;
};

/// Safe to change from the test's thread while it runs.
class FakeDocker {
 public:
  FakeDocker();                                  ///< on a port of 127.0.0.1
  explicit FakeDocker(std::string socket_path);  ///< on a unix socket

  /// A replicated service with rich_spec, or with any spec.
  void add_service(const std::string& name, int replicas);
  void add_service_spec(const std::string& name, const std::string& spec);
  void remove_service(const std::string& name);
  /// What somebody else does: sets the replica count and raises the version.
  void set_replicas(const std::string& name, int replicas);
  /// What a deploy does: another spec for the same service, at a higher version.
  void set_spec(const std::string& name, const std::string& spec);
  void set_running(const std::string& name, std::optional<int> running);
  void set_update_state(const std::string& name, const std::string& state);
  void set_unplaced(
      const std::string& name, int tasks,
      const std::string& reason = "no suitable node (insufficient resources on 1 node)");

  /// The next `count` updates lose against somebody else's: the version goes up and "update out of
  /// sequence" comes back.
  void conflict_next(int count);
  void set_manager(bool manager);
  void set_api_version(const std::string& version);
  /// Every request whose path contains `part_of_path` gets this reply; nothing: the usual one
  /// again.
  void override_reply(const std::string& part_of_path, std::optional<FakeReply> reply);
  /// Every answer comes this much later.
  void set_latency(std::chrono::milliseconds latency);
  /// Updates are carried out, but the answer never comes.
  void set_update_fault(Fault fault);
  /// Updates are carried out, but this is the answer; nothing: the usual one again.
  void set_update_reply(std::optional<FakeReply> reply);

  int replicas(const std::string& name) const;
  std::string spec(const std::string& name) const;
  std::vector<FakeUpdate> updates() const;    ///< the accepted ones
  std::vector<std::string> requests() const;  ///< "GET /v1.41/services", in order

  FakeServer& server() { return *server_; }
  std::string url() const { return server_->url(); }

 private:
  FakeReply handle(const FakeRequest& request);
  FakeReply route(const FakeRequest& request, const std::string& path);
  FakeReply services(const std::string& query) const;
  FakeReply tasks(const std::string& query) const;
  FakeReply update(const std::string& id, const FakeRequest& request);

  mutable std::mutex mutex_;  // guards all but the server
  std::map<std::string, FakeService> services_;
  std::vector<FakeUpdate> updates_;
  std::vector<std::string> requests_;
  std::map<std::string, FakeReply> overrides_;
  std::string api_version_ = "1.41";
  bool manager_ = true;
  int conflicts_left_ = 0;
  int ids_given_ = 0;
  std::chrono::milliseconds latency_{0};
  Fault update_fault_ = Fault::kNone;
  std::optional<FakeReply> update_reply_;
  std::unique_ptr<FakeServer> server_;
};

}  // namespace skep::test
