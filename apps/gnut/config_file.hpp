#pragma once

#include <gnutella/dialect.hpp>
#include <gnutella/endpoint.hpp>
#include <gnutella/role.hpp>
#include <gnutella/transport.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace gnut {

/// What gnut.conf says; gnut(1), FILES. The command line goes before it.
struct ConfigFile {
    std::optional<std::uint16_t> port;
    std::vector<std::filesystem::path> shares;
    std::optional<std::filesystem::path> downloads;
    std::optional<std::filesystem::path> state;
    std::vector<gnutella::Endpoint> peers;
    std::optional<std::chrono::milliseconds> timeout;
    std::optional<std::uint64_t> upload_limit;
    std::optional<std::uint64_t> download_limit;
    std::optional<std::vector<gnutella::Transport>> transports;
    std::optional<std::vector<gnutella::Dialect>> dialects;
    std::optional<gnutella::Role> role;
    std::optional<bool> verbose;
};

/// Reads a configuration file; one that is not there says nothing. A leading "~" of a folder becomes `home`.
/// @throws UsageError naming the file, and the key where there is one.
ConfigFile read_config_file(const std::filesystem::path& file, const std::filesystem::path& home);

}  // namespace gnut
