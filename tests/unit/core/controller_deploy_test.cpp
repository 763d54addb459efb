// What the controller makes of deploys that set the replica count too.
#include "core/controller.hpp"
#include "tests/unit/core/support.hpp"

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

/// A service that a deploy has just set to `replicas`.
TickInput deployed(int replicas, double cpu_percent, UpdateState state = UpdateState::kCompleted) {
  TickInput seen = input(replicas, cpu_percent);
  seen.service->spec_fingerprint = 2;
  seen.service->update = state;
  return seen;
}

}  // namespace

TEST_CASE(
    "after a deploy that reset the count skep goes back to its own, once the update is complete") {
  Controller controller(tracking());
  CHECK(step(controller, input(3, 85), 0).applied);
  CHECK(step(controller, input(4, 85), 30).applied);
  CHECK(controller.tick(deployed(1, 60, UpdateState::kUpdating), at(60)).decision->change == 0);
  const TickResult restored = controller.tick(deployed(1, 60), at(75));
  REQUIRE(restored.command);
  CHECK(restored.command->to == 5);
}

TEST_CASE("when its own count is outside the bounds, skep goes back to the bound and goes on") {
  Controller before(tracking());
  CHECK(step(before, input(2, 20), 0).applied);  // 1 is skep's own count now
  ControllerSettings settings = tracking();
  settings.replicas.min = 2;
  Controller controller(settings);
  controller.restore(before.snapshot(at(30), std::nullopt), 0s, at(30));
  const Decision decision = step(controller, deployed(2, 90), 60);
  CHECK(decision.wanted > 0);
  CHECK(decision.target_replicas == 3);
  CHECK(step(controller, deployed(3, 60), 90).change == 0);
}

TEST_CASE("the way back down after a deploy does not keep a busy service from scaling out") {
  Controller controller(tracking());
  CHECK(step(controller, input(2, 85), 0).applied);  // 3 is skep's own count now
  CHECK(step(controller, deployed(5, 88), 30).target_replicas == 6);
  CHECK(step(controller, deployed(6, 60), 60).change == 0);

  Controller calm(tracking());
  CHECK(step(calm, input(2, 85), 0).applied);
  CHECK(step(calm, deployed(5, 60), 30).target_replicas == 3);
}
