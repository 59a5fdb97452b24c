#include <gnutella/file_hash.hpp>

#include "file_hashing.hpp"

namespace gnutella {

Urn hash_file(const std::filesystem::path& path, error_code& error) {
    return hash_file(path, std::stop_token{}, error);
}

error_code verify_file(const std::filesystem::path& path, const Urn& urn, const std::stop_token& stop,
                       const HashProgress& progress) {
    error_code error;
    const Urn found = hash_file(path, stop, error, progress);
    if (!error && !found.same_file(urn)) {
        error = Error::file_differs;
    }
    return error;
}

}  // namespace gnutella
