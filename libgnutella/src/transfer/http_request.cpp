#include "transfer/http_request.hpp"

#include "transfer/accept.hpp"

#include <gnutella/endpoint.hpp>

namespace gnutella::transfer {

namespace {

constexpr std::string_view packets_type = "application/x-gnutella-packets";
constexpr std::string_view page_type = "text/html";

RequestPlan plan_browse(const HttpRequest& request) {
    BrowseRequest wanted;
    wanted.method = request.method;
    wanted.chunks = request.chunks;
    if (names_media_type(request.accept, packets_type)) {
        // Who names it wants it, whatever else he takes: a browser never does.
        wanted.form = BrowseRequest::Form::packets;
    } else if (!accepts_media_type(request.accept, page_type)) {
        return HttpStatus::not_acceptable;
    }
    if (accepts_coding(request.accept_encoding, "deflate")) {
        wanted.coding = BrowseRequest::Coding::deflate;
    }
    return wanted;
}

RequestPlan plan_push(const HttpRequest& request) {
    const auto target = parse_push_proxy_target(request.target);
    // The port alone counts. The address is the asker's own: nobody has a third party connected to through us.
    const auto node = Endpoint::parse(request.node);
    if (!target || !node) {
        return HttpStatus::bad_request;
    }
    return PushProxyRequest{*target, node->port};
}

}  // namespace

RequestPlan plan_request(const HttpRequest& request) {
    if (request.method == HttpMethod::other) {
        return HttpStatus::method_not_allowed;
    }
    if (is_browse_target(request.target)) {
        return plan_browse(request);
    }
    if (is_push_proxy_target(request.target)) {
        return plan_push(request);
    }
    if (const auto urn = parse_tree_target(request.target)) {
        return TreeRequest{request.method, *urn};
    }
    FileRequest wanted;
    wanted.method = request.method;
    if (const auto urn = parse_target(request.target)) {
        wanted.file = *urn;
    } else if (auto indexed = parse_indexed_target(request.target)) {
        wanted.file = *std::move(indexed);
    } else {
        return HttpStatus::not_found;
    }
    if (request.method == HttpMethod::get) {  // Range has no meaning for HEAD: RFC 9110, 14.2
        wanted.range = parse_range(request.range);
        wanted.if_range = std::string(request.if_range);
    }
    return wanted;
}

}  // namespace gnutella::transfer
