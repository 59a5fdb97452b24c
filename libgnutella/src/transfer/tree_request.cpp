#include "transfer/tree_request.hpp"

#include "transfer/request_target.hpp"
#include "transfer/source_answer.hpp"

namespace gnutella::transfer {

std::string tree_request_head(const Urn& urn, std::string_view host, std::string_view agent) {
    return request_line_and_names(tree_target_of(urn), host, agent) + "\r\n";
}

}  // namespace gnutella::transfer
