#include "hash_command.hpp"

#include "complaint.hpp"
#include "printable.hpp"

#include <gnutella/file_hash.hpp>
#include <gnutella/magnet.hpp>

#include <iostream>

namespace gnut {

namespace {

std::string magnet_link(const std::filesystem::path& file, const gnutella::Urn& urn) {
    std::error_code gone;
    const auto size = std::filesystem::file_size(file, gone);
    gnutella::Magnet magnet{urn, file.filename().string(), {}, {}};
    if (!gone) {
        magnet.size = size;
    }
    return magnet.to_string();
}

}  // namespace

ExitCode run_hash(const HashOptions& options) {
    ExitCode result = ExitCode::done;
    for (const auto& file : options.files) {
        gnutella::error_code error;
        const gnutella::Urn urn = gnutella::hash_file(file, error);
        if (error) {
            complain(file.string(), error);
            result = ExitCode::failed;
        } else if (options.form == HashOptions::Form::magnet) {
            std::cout << magnet_link(file, urn) << '\n';
        } else {
            std::cout << urn.to_string() << "  " << printable(file.string()) << '\n';
        }
    }
    return result;
}

}  // namespace gnut
