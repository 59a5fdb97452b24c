#include "transfer/tree_request.hpp"

#include "ascii.hpp"

#include "transfer/http_request.hpp"
#include "transfer/request_target.hpp"
#include "transfer/thex.hpp"

#include <algorithm>

namespace gnutella::transfer {

namespace {

// Servents that make the tree as they send it do not know how long it will be.
bool is_chunked(std::string_view transfer_encoding) {
    return ascii::same(transfer_encoding, "chunked");
}

}  // namespace

std::string tree_request_head(const Urn& urn, std::string_view host, std::string_view agent) {
    return request_line_and_names(tree_target_of(urn), host, agent) + "\r\n";
}

std::variant<std::uint64_t, Error> check_tree_answer(const SourceAnswer& answer, std::uint64_t file_size) {
    if (const auto absence = check_presence(answer)) {
        return *absence;
    }
    if (answer.status != code(HttpStatus::ok)) {
        return Error::source_answer;
    }
    const std::uint64_t most = max_thex_size(file_size);
    if (is_chunked(answer.transfer_encoding)) {
        return most;
    }
    if (!answer.transfer_encoding.empty() || !answer.content_length || *answer.content_length > most) {
        return Error::source_answer;
    }
    return *answer.content_length;
}

}  // namespace gnutella::transfer
