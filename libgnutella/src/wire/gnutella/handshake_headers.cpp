#include "wire/gnutella/handshake_headers.hpp"

#include "wire/ip_text.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace gnutella::wire {

namespace {

constexpr std::size_t max_user_agent_length = 128;
constexpr std::string_view crlf = "\r\n";

template <class Number>
std::optional<Number> number_in(std::string_view text) {
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return !text.empty() && error == std::errc() && end == text.data() + text.size() ? std::optional(number)
                                                                                     : std::nullopt;
}

std::optional<HeaderVersion> header_version_in(std::string_view text) {
    const std::string_view major = take_part(text, '.');
    const auto number = number_in<std::uint16_t>(major);
    const auto minor = number_in<std::uint16_t>(trimmed(text));
    return number && (minor || text.empty()) ? std::optional(HeaderVersion{*number, minor.value_or(0)}) : std::nullopt;
}

std::optional<bool> truth_in(std::string_view text) {
    if (same_but_for_case(text, "true")) {
        return true;
    }
    return same_but_for_case(text, "false") ? std::optional(false) : std::nullopt;
}

// Whether a list has that word; what comes behind a ';' or a '/' in an item is its version or weight.
bool lists(std::string_view list, std::string_view word) {
    while (!list.empty()) {
        const std::string_view item = take_part(list, ',');
        if (same_but_for_case(trimmed(item.substr(0, item.find_first_of(";/"))), word)) {
            return true;
        }
    }
    return false;
}

// A numeric address and a port other than 0: what strangers say is never looked up in the DNS.
std::optional<Endpoint> listed_host_in(std::string_view item) {
    auto host = Endpoint::parse(item);
    return host && parse_ip(host->host) ? host : std::nullopt;
}

std::vector<Endpoint> hosts_in(std::string_view list) {
    std::vector<Endpoint> hosts;
    while (!list.empty() && hosts.size() < HandshakeHeaders::max_try_hosts) {
        const std::string_view item = take_part(list, ',');
        // Some say since when behind a space.
        if (auto host = listed_host_in(item.substr(0, item.find(' ')))) {
            hosts.push_back(std::move(*host));
        }
    }
    return hosts;
}

std::string agent_in(std::string_view text) {
    std::string agent;
    for (const char letter : text.substr(0, max_user_agent_length)) {
        const auto byte = static_cast<unsigned char>(letter);
        agent += byte < 0x20 || byte == 0x7F ? '?' : letter;
    }
    return agent;
}

int digit_in(char letter) {
    if (letter >= '0' && letter <= '9') {
        return letter - '0';
    }
    const char lower = static_cast<char>(letter | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<Guid> guid_in(std::string_view text) {
    Guid guid;
    if (text.size() != 2 * guid.bytes.size()) {
        return std::nullopt;
    }
    for (std::size_t at = 0; at < guid.bytes.size(); ++at) {
        const int high = digit_in(text[2 * at]);
        const int low = digit_in(text[2 * at + 1]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        guid.bytes[at] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return guid;
}

// "Remote-IP" is an address; some put a port behind it.
std::optional<IpAddress> address_in(std::string_view text) {
    if (const auto address = parse_ip(text)) {
        return address;
    }
    const auto host = Endpoint::parse(text);
    return host ? parse_ip(host->host) : std::nullopt;
}

// The names that programs have for it. One that listens on IPv4 and IPv6 says both, the former first.
std::optional<Endpoint> listening_address(const HeaderBlock& block) {
    for (const char* name : {"Listen-IP", "Node", "X-My-Address", "Node-IPv6"}) {
        auto hosts = hosts_in(block.value(name));
        if (!hosts.empty()) {
            return std::move(hosts.front());
        }
    }
    return std::nullopt;
}

template <class Value>
void set_if(std::optional<Value>& known, const std::optional<Value>& said) {
    if (said) {
        known = said;
    }
}

struct VersionHeader {
    std::string_view name;
    std::optional<HeaderVersion> HandshakeHeaders::*field;
};
constexpr std::array version_headers{
    VersionHeader{"GGEP", &HandshakeHeaders::ggep},
    VersionHeader{"Pong-Caching", &HandshakeHeaders::pong_caching},
    VersionHeader{"Bye-Packet", &HandshakeHeaders::bye_packet},
    VersionHeader{"Vendor-Message", &HandshakeHeaders::vendor_message},
    VersionHeader{"X-Query-Routing", &HandshakeHeaders::query_routing},
    VersionHeader{"X-Ultrapeer-Query-Routing", &HandshakeHeaders::ultrapeer_query_routing},
    VersionHeader{"X-Dynamic-Querying", &HandshakeHeaders::dynamic_querying},
    VersionHeader{"X-Ext-Probes", &HandshakeHeaders::ext_probes},
};

class HeaderWriter {
  public:
    explicit HeaderWriter(std::string& to) : to_(to) {}

    void line(std::string_view name, std::string_view value) {
        to_.append(name).append(": ").append(value).append(crlf);
    }
    void truth(std::string_view name, const std::optional<bool>& value) {
        if (value) {
            line(name, *value ? "True" : "False");
        }
    }
    void hosts(std::string_view name, const std::vector<Endpoint>& hosts) {
        std::string list;
        for (const Endpoint& host : hosts) {
            list += list.empty() ? "" : ",";
            list += host.to_string();
        }
        if (!list.empty()) {
            line(name, list);
        }
    }
    template <class Number>
    void number(std::string_view name, const std::optional<Number>& value) {
        if (value) {
            line(name, std::to_string(*value));
        }
    }

  private:
    std::string& to_;
};

std::string hexadecimal(const Guid& guid) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : guid.bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 0x0F];
    }
    return text;
}

}  // namespace

HandshakeHeaders read_handshake_headers(const HeaderBlock& block) {
    HandshakeHeaders headers;
    add_handshake_headers(headers, block);
    return headers;
}

void add_handshake_headers(HandshakeHeaders& known, const HeaderBlock& block) {
    if (block.has("User-Agent")) {
        known.user_agent = agent_in(block.value("User-Agent"));
    }
    set_if(known.ultrapeer, truth_in(block.value("X-Ultrapeer")));
    set_if(known.ultrapeer_needed, truth_in(block.value("X-Ultrapeer-Needed")));
    set_if(known.listens, listening_address(block));
    set_if(known.remote_ip, address_in(block.value("Remote-IP")));
    if (block.has("X-Try")) {
        known.try_hosts = hosts_in(block.value("X-Try"));
    }
    if (block.has("X-Try-Ultrapeers")) {
        known.try_ultrapeers = hosts_in(block.value("X-Try-Ultrapeers"));
    }
    known.accepts_deflate |= lists(block.value("Accept-Encoding"), "deflate");
    known.sends_deflate |= lists(block.value("Content-Encoding"), "deflate");
    known.offers_tls |= lists(block.value("Upgrade"), "TLS");
    known.upgrades |= lists(block.value("Connection"), "Upgrade");
    for (const VersionHeader& header : version_headers) {
        set_if(known.*header.field, header_version_in(block.value(header.name)));
    }
    set_if(known.degree, number_in<std::uint16_t>(block.value("X-Degree")));
    set_if(known.max_ttl, number_in<std::uint8_t>(block.value("X-Max-TTL")));
    set_if(known.guid, guid_in(block.value("GUID")));
    known.ipv6 |= lists(block.value("X-Features"), "IP");
    known.crawler |= block.has("Crawler");
}

void write_handshake_headers(const HandshakeHeaders& headers, std::string& to) {
    HeaderWriter write(to);
    if (!headers.user_agent.empty()) {
        write.line("User-Agent", agent_in(headers.user_agent));
    }
    write.truth("X-Ultrapeer", headers.ultrapeer);
    write.truth("X-Ultrapeer-Needed", headers.ultrapeer_needed);
    if (headers.listens) {
        write.line("Listen-IP", headers.listens->to_string());
    }
    if (headers.remote_ip) {
        write.line("Remote-IP", IpText(*headers.remote_ip).view());
    }
    write.hosts("X-Try", headers.try_hosts);
    write.hosts("X-Try-Ultrapeers", headers.try_ultrapeers);
    if (headers.accepts_deflate) {
        write.line("Accept-Encoding", "deflate");
    }
    if (headers.sends_deflate) {
        write.line("Content-Encoding", "deflate");
    }
    if (headers.offers_tls) {
        write.line("Upgrade", "TLS/1.0");
    }
    if (headers.upgrades) {
        write.line("Connection", "Upgrade");
    }
    for (const VersionHeader& header : version_headers) {
        if (const auto& version = headers.*header.field) {
            write.line(header.name, std::to_string(version->major) + '.' + std::to_string(version->minor));
        }
    }
    write.number("X-Degree", headers.degree);
    write.number("X-Max-TTL", headers.max_ttl);
    if (headers.guid) {
        write.line("GUID", hexadecimal(*headers.guid));
    }
    if (headers.ipv6) {
        write.line("X-Features", "IP/6.0");
    }
    if (headers.crawler) {
        write.line("Crawler", "0.1");
    }
}

}  // namespace gnutella::wire
