#include <gnutella/file_hash.hpp>

#include "file_hashing.hpp"

namespace gnutella {

Urn hash_file(const std::filesystem::path& path, error_code& error) {
    return hash_file(path, std::stop_token{}, error);
}

}  // namespace gnutella
