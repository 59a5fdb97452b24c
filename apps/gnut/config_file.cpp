#include "config_file.hpp"

#include "option_values.hpp"
#include "printable.hpp"
#include "usage_error.hpp"
#include "user_folders.hpp"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>

#include <fstream>
#include <string>

namespace gnut {

namespace {

namespace po = boost::program_options;

constexpr const char* known_keys =
    "port, share, downloads, state, peer, timeout, upload-limit, download-limit, transport, dialect, role and verbose";

std::filesystem::path parse_folder(const std::string& text, const std::filesystem::path& home) {
    if (text.empty()) {
        throw UsageError("a folder's name is missing");
    }
    return folder_from(text, home);
}

bool parse_switch(const std::string& text) {
    if (text == "true" || text == "yes" || text == "on" || text == "1") {
        return true;
    }
    if (text == "false" || text == "no" || text == "off" || text == "0") {
        return false;
    }
    throw UsageError('\'' + printable(text) + "' is neither true nor false");
}

void apply(ConfigFile& config, const std::string& key, const std::string& value, const std::filesystem::path& home) {
    if (key == "port") {
        config.port = parse_port(value);
    } else if (key == "share") {
        config.shares.push_back(parse_folder(value, home));
    } else if (key == "downloads") {
        config.downloads = parse_folder(value, home);
    } else if (key == "state") {
        config.state = parse_folder(value, home);
    } else if (key == "peer") {
        config.peers.push_back(parse_peer(value));
    } else if (key == "timeout") {
        config.timeout = parse_timeout(value);
    } else if (key == "upload-limit") {
        config.upload_limit = parse_rate(value);
    } else if (key == "download-limit") {
        config.download_limit = parse_rate(value);
    } else if (key == "transport") {
        config.transports = parse_transports(value);
    } else if (key == "dialect") {
        config.dialects = parse_dialects(value);
    } else if (key == "role") {
        config.role = parse_role(value);
    } else if (key == "verbose") {
        config.verbose = parse_switch(value);
    } else {
        throw UsageError(std::string("there is no such key; those known are ") + known_keys);
    }
}

}  // namespace

ConfigFile read_config_file(const std::filesystem::path& file, const std::filesystem::path& home) {
    std::error_code problem;
    if (file.empty() || (!std::filesystem::exists(file, problem) && !problem)) {
        return {};
    }
    const std::string name = printable(file.string());
    std::ifstream stream(file);
    if (problem || !stream || std::filesystem::is_directory(file, problem)) {
        throw UsageError(name + ": cannot be read; check that it is a file, and its permissions");
    }
    ConfigFile config;
    try {
        // Every key passes as unregistered: what a key means, and how a mistake in it reads, is said above, once.
        const auto parsed = po::parse_config_file(stream, po::options_description(), true);
        for (const auto& option : parsed.options) {
            try {
                apply(config, option.string_key, option.value.empty() ? "" : option.value.front(), home);
            } catch (const UsageError& error) {
                throw UsageError(name + ": " + printable(option.string_key) + ": " + error.what());
            }
        }
    } catch (const po::error& error) {
        throw UsageError(name + ": " + printable(error.what()) + "; write KEY=VALUE, one a line");
    }
    return config;
}

}  // namespace gnut
