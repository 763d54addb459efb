#include "core/discretizer.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

std::string_view feature_name(Feature feature) {
  switch (feature) {
    case Feature::kReplicas:
      return "replicas";
    case Feature::kLoad:
      return "load";
    case Feature::kCpu:
      return "cpu";
    case Feature::kRam:
      return "ram";
  }
  return "";
}

int equal_width_bin(double percent, int count) {
  const double position = std::floor(percent / 100 * count);
  return static_cast<int>(std::clamp(position, 0.0, count - 1.0));
}

double equal_width_middle(int bin, int count) { return (bin + 0.5) * 100 / count; }

}  // namespace

Discretizer::Discretizer(const std::vector<Feature>& features, const BinSettings& bins,
                         const ReplicaSettings& replicas)
    : replicas_(replicas), log_ratio_(std::log(bins.load_ratio)) {
  for (const Feature feature : features) {
    int count = 1;
    switch (feature) {
      case Feature::kReplicas:
        count = replicas.max - replicas.min + 1;
        break;
      case Feature::kLoad:
        count =
            1 + static_cast<int>(std::ceil(std::log(replicas.max / kSmallestLoad) / log_ratio_));
        break;
      case Feature::kCpu:
        count = bins.cpu;
        break;
      case Feature::kRam:
        count = bins.ram;
        break;
    }
    axes_.push_back({feature, count});
    size_ *= static_cast<std::size_t>(count);
  }
}

int Discretizer::bin(const Axis& axis, const StateInput& input) const {
  switch (axis.feature) {
    case Feature::kReplicas:
      return std::clamp(input.replicas, replicas_.min, replicas_.max) - replicas_.min;
    case Feature::kLoad: {
      const double load = std::max(input.load, kSmallestLoad);
      const double position = std::round(std::log(load / kSmallestLoad) / log_ratio_);
      return static_cast<int>(std::clamp(position, 0.0, axis.count - 1.0));
    }
    case Feature::kCpu:
      return equal_width_bin(input.cpu_percent, axis.count);
    case Feature::kRam:
      return equal_width_bin(input.ram_percent, axis.count);
  }
  return 0;
}

std::size_t Discretizer::id(const StateInput& input) const {
  std::size_t id = 0;
  for (const Axis& axis : axes_) {
    id = id * static_cast<std::size_t>(axis.count) + static_cast<std::size_t>(bin(axis, input));
  }
  return id;
}

std::vector<NamedBin> Discretizer::bins(const StateInput& input) const {
  std::vector<NamedBin> named;
  named.reserve(axes_.size());
  for (const Axis& axis : axes_) {
    const int number = bin(axis, input);
    // Replicas are shown as the count that they are, not as a distance from the minimum.
    named.push_back({feature_name(axis.feature),
                     axis.feature == Feature::kReplicas ? number + replicas_.min : number});
  }
  return named;
}

StateInput Discretizer::representative(std::size_t id, StateInput fallback) const {
  StateInput value = fallback;
  for (auto axis = axes_.rbegin(); axis != axes_.rend(); ++axis) {
    const int number = static_cast<int>(id % static_cast<std::size_t>(axis->count));
    id /= static_cast<std::size_t>(axis->count);
    switch (axis->feature) {
      case Feature::kReplicas:
        value.replicas = number + replicas_.min;
        break;
      case Feature::kLoad:
        value.load = kSmallestLoad * std::exp(number * log_ratio_);
        break;
      case Feature::kCpu:
        value.cpu_percent = equal_width_middle(number, axis->count);
        break;
      case Feature::kRam:
        value.ram_percent = equal_width_middle(number, axis->count);
        break;
    }
  }
  return value;
}

bool Discretizer::has(Feature feature) const {
  return std::any_of(axes_.begin(), axes_.end(),
                     [feature](const Axis& axis) { return axis.feature == feature; });
}

}  // namespace skep
