#include "transfer/http_response.hpp"

#include "transfer/available_ranges.hpp"
#include "transfer/request_target.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace gnutella::transfer {

namespace {

// Seconds after which a client that found no free slot may ask again.
constexpr std::string_view retry_after = "10";

constexpr std::string_view reason(HttpStatus status) {
    switch (status) {
        case HttpStatus::ok:
            return "OK";
        case HttpStatus::accepted:
            return "Accepted";
        case HttpStatus::partial_content:
            return "Partial Content";
        case HttpStatus::bad_request:
            return "Bad Request";
        case HttpStatus::not_found:
            return "Not Found";
        case HttpStatus::method_not_allowed:
            return "Method Not Allowed";
        case HttpStatus::not_acceptable:
            return "Not Acceptable";
        case HttpStatus::gone:
            return "Gone";
        case HttpStatus::range_not_satisfiable:
            return "Range Not Satisfiable";
        case HttpStatus::header_too_large:
            return "Request Header Fields Too Large";
        case HttpStatus::service_unavailable:
            return "Service Unavailable";
    }
    return "Unknown";
}

void add_field(std::string& head, std::string_view name, std::string_view value) {
    head += name;
    head += ": ";
    for (const char letter : value) {
        // No value, whoever chose it, begins a field of its own.
        head += static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F ? ' ' : letter;
    }
    head += "\r\n";
}

std::string begin_head(HttpStatus status, Persistence persistence, const Answerer& answerer) {
    std::string head = "HTTP/1.1 " + std::to_string(static_cast<int>(status)) + " ";
    head.reserve(640);
    head += reason(status);
    head += "\r\n";
    add_field(head, "Server", answerer.agent);
    add_field(head, "Date", http_date(answerer.now));
    if (persistence != Persistence::keep_alive) {
        add_field(head, "Connection", persistence == Persistence::close ? "close" : "keep-alive");
    }
    return head;
}

// RFC 8187, 3.2.1: what may stand in an extended value as it is.
bool is_attribute_character(char letter) {
    constexpr std::string_view others = "!#$&+-.^_`|~";
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           others.find(letter) != std::string_view::npos;
}

void add_fields(std::string& head, std::span<const HeaderField> fields) {
    for (const HeaderField& field : fields) {
        add_field(head, field.name, field.value);
    }
}

// What a person's program needs to save a file, and a servent's to know what it is.
void add_description(std::string& head, std::string_view name, const Urn& urn) {
    // Somebody's file must not act as a page or a script of this address in a browser.
    add_field(head, "Content-Type", "application/octet-stream");
    add_field(head, "X-Content-Type-Options", "nosniff");
    add_field(head, "Content-Disposition", content_disposition(name));
    add_field(head, "ETag", entity_tag(urn));
    add_field(head, "X-Gnutella-Content-URN", urn.to_string());
    if (urn.sha1() && urn.tiger()) {
        add_field(head, "X-Thex-URI", thex_uri_of(urn));
    }
}

// RFC 9110, 13.1.5: a range conditional on another content than ours is ignored. A date is never equal to our tag.
bool range_holds(const FileRequest& wanted, const Urn& urn) {
    return wanted.if_range.empty() || wanted.if_range == entity_tag(urn);
}

}  // namespace

std::string content_disposition(std::string_view name) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string plain;
    std::string extended;
    for (const char letter : name) {
        const auto octet = static_cast<unsigned char>(letter);
        // Clients differ in how they read escapes within quotes (RFC 6266, appendix D): there are none.
        const bool speaks_plainly = octet >= 0x20 && octet < 0x7F && letter != '"' && letter != '\\' && letter != '%';
        plain += speaks_plainly ? letter : '_';
        if (is_attribute_character(letter)) {
            extended += letter;
        } else {
            extended += '%';
            extended += digits[octet >> 4];
            extended += digits[octet & 0x0F];
        }
    }
    return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + extended;
}

std::string entity_tag(const Urn& urn) {
    const std::string text = urn.sha1() ? urn.sha1_string() : urn.to_string();
    return '"' + text.substr(text.rfind(':') + 1) + '"';
}

std::string http_date(std::chrono::system_clock::time_point time) {
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    // Not strftime: its names are those of the user's locale.
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                                     days[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                                     months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                                     static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                                     static_cast<int>(clock.seconds().count()));
    return {text.data(), static_cast<std::size_t>(length)};
}

HttpResponse refuse(HttpStatus status, Persistence persistence, const Answerer& answerer,
                    std::span<const HeaderField> more) {
    HttpResponse response{status, begin_head(status, persistence, answerer), {}};
    if (status == HttpStatus::method_not_allowed) {
        add_field(response.head, "Allow", "GET, HEAD");
    }
    const bool says_when = std::ranges::find(more, "Retry-After", &HeaderField::name) != more.end();
    if (status == HttpStatus::service_unavailable && !says_when) {
        add_field(response.head, "Retry-After", retry_after);
    }
    add_fields(response.head, more);
    add_field(response.head, "Content-Length", "0");
    response.head += "\r\n";
    return response;
}

HttpResponse answer_with_file(const FileRequest& wanted, const SharedFile& file, Persistence persistence,
                              const Answerer& answerer, std::span<const HeaderField> more) {
    HttpResponse response{HttpStatus::ok, {}, {0, file.size}};
    // "-n" of an empty file can be satisfied, by nothing at all (RFC 9110, 14.1.2), but no Content-Range says so.
    const bool whole_of_nothing =
        wanted.range && !wanted.range->first && wanted.range->suffix_length > 0 && file.size == 0;
    if (wanted.range && !whole_of_nothing && range_holds(wanted, file.urn)) {
        const auto range = resolve_range(*wanted.range, file.size);
        response.status = range ? HttpStatus::partial_content : HttpStatus::range_not_satisfiable;
        response.body = range.value_or(ByteRange{});
    }
    response.head = begin_head(response.status, persistence, answerer);
    add_field(response.head, "Content-Length", std::to_string(response.body.length));
    add_field(response.head, "Accept-Ranges", "bytes");
    if (response.status == HttpStatus::range_not_satisfiable) {
        add_field(response.head, "Content-Range", "bytes */" + std::to_string(file.size));
        response.head += "\r\n";
        return response;
    }
    if (response.status == HttpStatus::partial_content) {
        add_field(response.head, "Content-Range", content_range_text(response.body, file.size));
    }
    add_description(response.head, file.name, file.urn);
    add_fields(response.head, more);
    response.head += "\r\n";
    if (wanted.method == HttpMethod::head) {
        response.body = {};
    }
    return response;
}

HttpResponse answer_with_part(const FileRequest& wanted, const PartialFile& file, Persistence persistence,
                              const Answerer& answerer, std::span<const HeaderField> more) {
    std::vector<HeaderField> fields(more.begin(), more.end());
    if (!file.verified.empty()) {
        fields.push_back({"X-Available-Ranges", available_ranges_text(file.verified)});
    }
    if (!wanted.range || !range_holds(wanted, file.urn)) {
        return refuse(HttpStatus::service_unavailable, persistence, answerer, fields);
    }
    const auto range = resolve_range(*wanted.range, file.size);
    const auto part = range ? available_part(*range, file.verified) : std::nullopt;
    if (!part) {
        fields.push_back({"Content-Range", "bytes */" + std::to_string(file.size)});
        return refuse(HttpStatus::range_not_satisfiable, persistence, answerer, fields);
    }
    HttpResponse response{HttpStatus::partial_content, {}, *part};
    response.head = begin_head(response.status, persistence, answerer);
    add_field(response.head, "Content-Length", std::to_string(part->length));
    add_field(response.head, "Accept-Ranges", "bytes");
    add_field(response.head, "Content-Range", content_range_text(*part, file.size));
    add_description(response.head, file.name, file.urn);
    add_fields(response.head, fields);
    response.head += "\r\n";
    return response;
}

HttpResponse answer_with_listing(const BrowseRequest& wanted, Persistence persistence, const Answerer& answerer) {
    HttpResponse response{HttpStatus::ok, begin_head(HttpStatus::ok, persistence, answerer), {}};
    const bool packets = wanted.form == BrowseRequest::Form::packets;
    add_field(response.head, "Content-Type", packets ? "application/x-gnutella-packets" : "text/html; charset=utf-8");
    if (!packets) {
        // Names are escaped, and should one not be, nothing of it runs.
        add_field(response.head, "Content-Security-Policy", "default-src 'none'");
        add_field(response.head, "X-Content-Type-Options", "nosniff");
    }
    if (wanted.coding == BrowseRequest::Coding::deflate) {
        add_field(response.head, "Content-Encoding", "deflate");
    }
    if (wanted.chunks == HttpRequest::Chunks::understood) {
        add_field(response.head, "Transfer-Encoding", "chunked");
    }
    response.head += "\r\n";
    return response;
}

HttpResponse answer_with_tree(const TreeRequest& wanted, std::uint64_t size, Persistence persistence,
                              const Answerer& answerer) {
    HttpResponse response{HttpStatus::ok, begin_head(HttpStatus::ok, persistence, answerer), {0, size}};
    add_field(response.head, "Content-Type", "application/dime");
    add_field(response.head, "Content-Length", std::to_string(size));
    response.head += "\r\n";
    if (wanted.method == HttpMethod::head) {
        response.body = {};
    }
    return response;
}

}  // namespace gnutella::transfer
