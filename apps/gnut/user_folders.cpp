#include "user_folders.hpp"

#include <cstdlib>

namespace gnut {

namespace {

std::filesystem::path folder(const Environment& environment, const char* variable, const std::filesystem::path& home,
                             const char* below_home) {
    // "All paths set in these environment variables must be absolute", else they are to be ignored.
    if (const auto value = environment(variable); value && value->starts_with('/')) {
        return *value;
    }
    return home.empty() ? home : home / below_home;
}

}  // namespace

UserFolders user_folders(const Environment& environment) {
    UserFolders folders;
    folders.home = environment("HOME").value_or("");
    const auto config = folder(environment, "XDG_CONFIG_HOME", folders.home, ".config");
    const auto state = folder(environment, "XDG_STATE_HOME", folders.home, ".local/state");
    folders.config_file = config.empty() ? config : config / "gnut" / "gnut.conf";
    folders.state = state.empty() ? state : state / "gnut";
    return folders;
}

UserFolders user_folders() {
    return user_folders([](const char* name) -> std::optional<std::string> {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets the environment
        const char* value = std::getenv(name);
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    });
}

std::filesystem::path folder_from(std::string_view text, const std::filesystem::path& home) {
    if (home.empty()) {
        return text;
    }
    if (text == "~") {
        return home;
    }
    return text.starts_with("~/") ? home / text.substr(2) : std::filesystem::path(text);
}

}  // namespace gnut
