// The learned chain of the load; the probabilities are computed by hand.
#include "core/load_chain.hpp"

#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

using namespace skep;

namespace {

/// Where an increment is counted.
std::size_t at(double increment) {
  const auto found =
      std::find(LoadChain::kIncrements.begin(), LoadChain::kIncrements.end(), increment);
  REQUIRE(found != LoadChain::kIncrements.end());
  return static_cast<std::size_t>(found - LoadChain::kIncrements.begin());
}

LoadChain without_prior() { return {10, {0, 0, 0}}; }

}  // namespace

TEST_CASE("load chain: bins of equal ratio, and the feature") {
  const LoadChain chain = without_prior();
  CHECK(chain.position(0) == 0);
  CHECK(chain.position(0.03 * std::exp(0.05)) == Approx(1));
  CHECK(chain.bin(LoadChain::load(40)) == 40);
  CHECK(chain.bin(1000) == chain.bins() - 1);
  CHECK(LoadChain::load(chain.bins() - 1) >= 10);
  CHECK(drop_class(1) == 0);
  CHECK(drop_class(1.05) == 1);
  CHECK(drop_class(2) == 4);
}

TEST_CASE("load chain: a step counts where it was seen, and less near it") {
  LoadChain chain = without_prior();
  const std::size_t here = chain.state(50, 0);
  const std::size_t next = chain.state(51, 0);
  CHECK(chain.steps(here)[at(0)][0] == 1);  // nothing is known: it stays
  chain.learn_step(here, 0.1, 2);
  CHECK(chain.steps(here)[at(0.1)][2] == 1);
  CHECK(chain.steps(next)[at(0.1)][2] == 1);
  chain.learn_step(next, -0.19, 0);
  const double near = std::exp(-0.05 / 0.15);
  CHECK(chain.steps(here)[at(0.1)][2] == Approx(1 / (1 + near)));
  CHECK(chain.steps(here)[at(-0.2)][0] == Approx(near / (1 + near)));
  CHECK(chain.visits(here) == Approx(1 + near));
  CHECK(chain.visits(chain.state(60, 0)) == Approx(std::exp(-9 * 0.05 / 0.15)));
  CHECK(chain.visits(chain.state(61, 0)) == 0);
  CHECK(chain.visits(chain.state(50, 1)) == 0);
  CHECK(chain.ahead(here)[at(0)] == 1);
  chain.learn_ahead(here, 0.3);
  CHECK(chain.ahead(here)[at(0.3)] == 1);
}

TEST_CASE("load chain: all bins together count like so many steps, and no more") {
  LoadChain chain(10, {0, 1.5, 0});
  const std::size_t here = chain.state(50, 0);
  const std::size_t far = chain.state(90, 0);
  chain.learn_step(far, 0.1, 0);
  CHECK(chain.steps(here)[at(0.1)][0] == Approx(1));  // nothing else is known there
  for (int i = 0; i < 3; ++i) chain.learn_step(far, 0.1, 0);
  chain.learn_step(here, -0.1, 0);
  // One step of its own, and 1.5 of which four in five went up.
  CHECK(chain.steps(here)[at(0.1)][0] == Approx(1.5 * 0.8 / 2.5));
  CHECK(chain.steps(here)[at(-0.1)][0] == Approx((1 + 1.5 * 0.2) / 2.5));
}

TEST_CASE("load chain: the prior is symmetrical, small, and has a tail") {
  const LoadChain chain(10, {3, 1.5, 3});
  for (std::size_t feature = 0; feature < LoadChain::kFeatures; ++feature) {
    const LoadChain::Steps steps = chain.steps(chain.state(50, feature));
    double sum = 0;
    double mean = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const double here = std::accumulate(steps[i].begin(), steps[i].end(), 0.0);
      sum += here;
      mean += here * LoadChain::kIncrements[i];
    }
    CHECK(sum == Approx(1));
    CHECK(mean == Approx(0).margin(1e-6));
  }
  const LoadChain::Ahead ahead = chain.ahead(chain.state(50, 0));
  CHECK(std::accumulate(ahead.begin(), ahead.end(), 0.0) == Approx(1));
  // Above e^1.25: 0.02 of a Laplace variable of scale 0.5, twice as wide in four ticks.
  CHECK(ahead[at(1.5)] + ahead[at(2.1)] + ahead[at(3)] + ahead[at(4.5)] ==
        Approx(0.01 * std::exp(-1.25) + 0.49 * std::exp(-1.25 / 0.16)).epsilon(0.001));
}

TEST_CASE("load chain: what is saved comes back, and nothing else") {
  LoadChain chain(10, {0, 1.5, 3});
  for (int i = 0; i < 20; ++i) {
    chain.learn_step(chain.state(40 + static_cast<std::size_t>(i), 1), 0.05 * (i % 5), 0);
    chain.learn_ahead(chain.state(40, 2), -0.1);
  }
  const std::vector<float> saved = chain.saved();
  LoadChain other(10, {0, 1.5, 3});
  REQUIRE(other.restore(saved));
  CHECK(other.saved() == saved);
  for (std::size_t state = 0; state < chain.states(); ++state) {
    REQUIRE(other.steps(state) == chain.steps(state));
    REQUIRE(other.ahead(state) == chain.ahead(state));
  }
  const std::vector<std::vector<float>> damaged{
      {1}, {1e9F, 1}, {-1, 1}, {5, 1, 4, 1}, {5, 0}, {5, -1}, {5, NAN}, {5, INFINITY}, {NAN, 1}};
  for (const std::vector<float>& numbers : damaged) {
    CHECK_FALSE(other.restore(numbers));
  }
  CHECK(other.saved() == saved);
}
