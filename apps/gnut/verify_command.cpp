#include "verify_command.hpp"

#include "complaint.hpp"
#include "printable.hpp"

#include <gnutella/file_hash.hpp>

#include <iostream>

namespace gnut {

namespace {

std::string_view compared_hashes(const gnutella::Urn& urn) {
    if (urn.sha1() && urn.tiger()) {
        return "SHA-1 and Tiger tree";
    }
    return urn.sha1() ? "SHA-1" : "Tiger tree";
}

}  // namespace

ExitCode run_verify(const VerifyOptions& options) {
    const gnutella::error_code error = gnutella::verify_file(options.file, options.urn);
    if (!error) {
        std::cout << printable(options.file.string()) << ": verified by its " << compared_hashes(options.urn) << '\n';
        return ExitCode::done;
    }
    complain(options.file.string(), error);
    return error == gnutella::Error::file_differs ? ExitCode::not_found : ExitCode::failed;
}

}  // namespace gnut
