#include "wire/json_collector.hpp"

#include "wire/file_name.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

namespace gnutella::wire {

namespace {

// A host name of 255 bytes (RFC 1035, 2.3.4), brackets, a colon and a port: what is longer names nobody.
constexpr std::size_t max_host_and_port = 263;

constexpr std::size_t usual_results = 10;

}  // namespace

void JsonCollector::begin(std::string_view object, std::pmr::memory_resource& memory, JsonLists& lists) noexcept {
    object_ = object;
    memory_ = &memory;
    lists_ = &lists;
    depth_ = 0;
    member_ = JsonMember::none;
    list_ = JsonMember::none;
    in_result_ = false;
    seen_ = 0;
    built_.clear();
}

void JsonCollector::append(View part, std::size_t max_size) {
    built_.append(part.data(), std::min(part.size(), max_size - built_.size()));
}

std::string_view JsonCollector::built_text(View last_part) {
    append(last_part, max_built_text);
    char* const text = static_cast<char*>(memory_->allocate(built_.size(), 1));
    std::memcpy(text, built_.data(), built_.size());
    const std::size_t size = built_.size();
    built_.clear();
    return {text, size};
}

void JsonCollector::take_double(std::string_view text) {
    const bool digits = std::ranges::all_of(text, [](char letter) { return letter >= '0' && letter <= '9'; });
    take({.kind = digits ? JsonValue::Kind::huge_integer : JsonValue::Kind::other_number, .text = text});
}

void JsonCollector::begin_list() {
    list_ = member_;
    switch (member_) {
        case JsonMember::hosts:
            lists_->hosts.clear();
            break;
        case JsonMember::proxies:
            lists_->proxies.clear();
            break;
        case JsonMember::results:
            lists_->results.clear();
            break;
        case JsonMember::transports:
            lists_->transports = {};
            break;
        case JsonMember::none:
            return;
        default:
            list_ = JsonMember::none;  // a list where none belongs: its elements do not matter
            break;
    }
    value_of(member_) = {.kind = JsonValue::Kind::list};
}

void JsonCollector::take_element(const JsonValue& value) {
    if (value.kind != JsonValue::Kind::text || list_ == JsonMember::results) {
        mark_bad(list_);  // the elements of results are objects, and do not come here
        return;
    }
    if (list_ == JsonMember::transports) {
        if (value.text == "quic") {
            lists_->transports.add(Transport::quic);
        } else if (value.text == "http") {
            lists_->transports.add(Transport::http);
        }
        return;
    }
    auto& hosts = list_ == JsonMember::proxies ? lists_->proxies : lists_->hosts;
    const std::size_t most = list_ == JsonMember::proxies ? max_push_proxies : max_hosts_;
    if (value.text.size() <= max_host_and_port && hosts.size() < most) {
        hosts.push_back(value.text);
    }
}

void JsonCollector::begin_result() {
    in_result_ = true;
    result_member_ = JsonResultMember::none;
    result_values_.fill({});
}

void JsonCollector::end_result() {
    using Kind = JsonValue::Kind;
    in_result_ = false;
    if (lists_->results.size() >= max_results_) {
        return;
    }
    const auto& [name, size, urn] = result_values_;
    const auto absent_or = [](const JsonValue& value, Kind kind) {
        return value.kind == kind || value.kind == Kind::absent || value.kind == Kind::null;
    };
    if (!absent_or(name, Kind::text) || !absent_or(size, Kind::integer) || !absent_or(urn, Kind::text)) {
        mark_bad(JsonMember::results);
        return;
    }
    if (name.kind != Kind::text || !is_plain_file_name(name.text)) {
        return;
    }
    if (lists_->results.empty()) {
        lists_->results.reserve(std::min(max_results_, usual_results));
    }
    lists_->results.push_back(
        {.name = name.text, .size = size.integer, .urn = urn.kind == Kind::text ? Urn::parse(urn.text) : std::nullopt});
}

}  // namespace gnutella::wire
