#include "destination.hpp"

namespace gnut {

Destination destination_of(const std::optional<std::string>& output) {
    if (!output) {
        return {};
    }
    if (*output == "-") {
        return {Destination::Kind::standard_output, {}, {}};
    }
    const std::filesystem::path path(*output);
    std::error_code not_there;
    if (output->ends_with('/') || std::filesystem::is_directory(path, not_there)) {
        return {Destination::Kind::folder, path, {}};
    }
    const auto folder = path.parent_path();
    return {Destination::Kind::file, folder.empty() ? "." : folder, path.filename().string()};
}

gnutella::error_code check_free(const std::filesystem::path& name) {
    std::error_code reason;
    if (std::filesystem::exists(std::filesystem::symlink_status(name, reason))) {
        return gnutella::Error::file_exists;
    }
    return reason == std::errc::permission_denied ? gnutella::Error::disk : gnutella::error_code();
}

}  // namespace gnut
