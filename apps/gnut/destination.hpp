#pragma once

#include <gnutella/error.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace gnut {

/// Where a fetched file goes.
struct Destination {
    enum class Kind : std::uint8_t {
        folder,           ///< into a folder, under its own name or one like it
        file,             ///< under this name and no other
        standard_output,  ///< written out, and not kept
    };
    Kind kind = Kind::folder;
    std::filesystem::path folder = ".";
    /// For a file only.
    std::string name;
};

/// Reads what -o says: "-", a folder (that is there, or ends in "/"), or else a file's name; nothing is the current
/// folder.
Destination destination_of(const std::optional<std::string>& output);

/// Whether a file can get this name: Error::file_exists when something has it, and Error::disk where nobody may look.
gnutella::error_code check_free(const std::filesystem::path& name);

}  // namespace gnut
