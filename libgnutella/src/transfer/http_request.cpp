#include "transfer/http_request.hpp"

#include "transfer/request_target.hpp"

namespace gnutella::transfer {

std::variant<FileRequest, TreeRequest, HttpStatus> plan_request(const HttpRequest& request) {
    if (request.method == HttpMethod::other) {
        return HttpStatus::method_not_allowed;
    }
    if (const auto urn = parse_tree_target(request.target)) {
        return TreeRequest{request.method, *urn};
    }
    const auto urn = parse_target(request.target);
    if (!urn) {
        return HttpStatus::not_found;
    }
    FileRequest wanted{request.method, *urn, std::nullopt, {}};
    if (request.method == HttpMethod::get) {  // Range has no meaning for HEAD: RFC 9110, 14.2
        wanted.range = parse_range(request.range);
        wanted.if_range = std::string(request.if_range);
    }
    return wanted;
}

}  // namespace gnutella::transfer
