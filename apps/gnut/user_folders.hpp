#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace gnut {

/// Where this user's configuration and state are (XDG Base Directory Specification 0.8). Empty where the environment
/// names neither the XDG folder nor a home.
struct UserFolders {
    std::filesystem::path home;
    std::filesystem::path config_file;
    std::filesystem::path state;
};

/// Looks up one variable of the environment.
using Environment = std::function<std::optional<std::string>(const char* name)>;

UserFolders user_folders(const Environment& environment);

/// That of this process.
UserFolders user_folders();

/// A folder as a person writes it where no shell reads along: "~", alone or before a "/", is the home.
std::filesystem::path folder_from(std::string_view text, const std::filesystem::path& home);

}  // namespace gnut
