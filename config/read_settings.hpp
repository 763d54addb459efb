// From the YAML tree to typed settings, in three steps: the whole file, one service, its
// environment and agent.
#pragma once

#include "config/map_reader.hpp"
#include "config/settings.hpp"

namespace skep {

/// The whole file. The settings are complete only when the report has no error afterwards; it also
/// knows every key then.
Settings read_settings(const YamlNode& root, ReadContext& context);

/// One entry of `services`. Fills in what `common` says for all.
ServiceSettings read_service(MapReader service, const CommonSettings& common);

/// `environment:` and `guard:` of a service. The replica settings and the interval must be read
/// already.
void read_environment(MapReader environment, ControllerSettings& controller);
void read_guard(MapReader guard, ControllerSettings& controller);
/// `agent:` of a service.
void read_agent(MapReader agent, ControllerSettings& controller);
/// An error when the policy, which must be read already, learns in a table that is too large.
void check_table_size(const MapReader& environment, const ControllerSettings& controller);

}  // namespace skep
