#include "wire/json_message.hpp"

#include "wire/message_id.hpp"

#include <algorithm>
#include <limits>

namespace gnutella::wire {

namespace {

using Kind = JsonValue::Kind;

constexpr std::size_t max_host_length = 255;   // RFC 1035, 2.3.4
constexpr std::size_t max_agent_length = 128;  // and of a hit's client
constexpr std::size_t max_reason_length = 256;
constexpr std::uint8_t default_ttl = 7;  // of a query that carries none

bool missing(const JsonValue& value) {
    return value.kind == Kind::absent || value.kind == Kind::null;
}

/// Reads members into fields and remembers the first problem, so that reading goes straight through. A member that is
/// missing, or null as in a legacy peer's templates, leaves what the field means without it.
class MemberReader {
  public:
    explicit MemberReader(const JsonCollector& members) : members_(members) {}

    std::optional<Malformed> problem() const { return problem_; }
    void fail(Malformed problem) {
        if (!problem_) {
            problem_ = problem;
        }
    }

    std::string_view text(JsonMember member, std::size_t max_length) {
        const std::string_view value = any_text(member);
        if (value.size() > max_length) {
            fail(Malformed::wrong_kind);
            return {};
        }
        return value;
    }

    /// Longer texts are cut, between two characters.
    std::string_view cut_text(JsonMember member, std::size_t max_length) {
        std::string_view value = any_text(member);
        if (value.size() > max_length) {
            std::size_t length = max_length;
            while (length > 0 && (static_cast<unsigned char>(value[length]) & 0xC0) == 0x80) {
                --length;
            }
            value = value.substr(0, length);
        }
        return value;
    }

    template <class Integer>
    Integer integer(JsonMember member) {
        const JsonValue& value = members_[member];
        if (missing(value)) {
            return 0;
        }
        if (value.kind != Kind::integer || value.integer > std::numeric_limits<Integer>::max()) {
            fail(Malformed::wrong_kind);
            return 0;
        }
        return static_cast<Integer>(value.integer);
    }

    /// TTL or hops: a higher number than a byte holds counts as 255.
    std::uint8_t distance(JsonMember member, std::uint8_t otherwise) {
        const JsonValue& value = members_[member];
        if (missing(value)) {
            return otherwise;
        }
        if (value.kind == Kind::huge_integer) {
            return std::numeric_limits<std::uint8_t>::max();
        }
        if (value.kind != Kind::integer) {
            fail(Malformed::wrong_kind);
            return otherwise;
        }
        return static_cast<std::uint8_t>(std::min<std::uint64_t>(value.integer, 255));
    }

    bool boolean(JsonMember member) {
        const JsonValue& value = members_[member];
        if (value.kind == Kind::boolean) {
            return value.boolean;
        }
        if (!missing(value)) {
            fail(Malformed::wrong_kind);
        }
        return false;
    }

    /// Whether the list that was collected counts: it does not when a null came after it.
    bool has_list(JsonMember member) {
        if (missing(members_[member])) {
            return false;
        }
        if (members_[member].kind != Kind::list) {
            fail(Malformed::wrong_kind);
        }
        return true;
    }

    /// Empty when there is none.
    std::string_view id_text(JsonMember member) {
        const std::string_view value = text(member, max_id_length);
        if (members_[member].kind == Kind::text && value.empty()) {
            fail(Malformed::wrong_kind);
        }
        return value;
    }

    // Into their places in the message: copying them there afterwards costs more than reading them.

    void sender(Sender& sender) {
        sender.host = text(JsonMember::host, max_host_length);
        sender.port = integer<std::uint16_t>(JsonMember::port);
    }

    void peer(std::optional<Guid>& peer) {
        const std::string_view value = id_text(JsonMember::peer);
        if (!value.empty()) {
            peer = guid_of_id(value);
        }
    }

    void introduction(Introduction& introduction) {
        introduction.version = integer<std::uint32_t>(JsonMember::version);
        introduction.agent = cut_text(JsonMember::agent, max_agent_length);
        peer(introduction.peer);
    }

  private:
    std::string_view any_text(JsonMember member) {
        const JsonValue& value = members_[member];
        if (value.kind == Kind::text) {
            return value.text;
        }
        if (!missing(value)) {
            fail(Malformed::wrong_kind);
        }
        return {};
    }

    const JsonCollector& members_;
    std::optional<Malformed> problem_;
};

enum class Type : std::uint8_t { ping, pong, query, query_hit, bye, unknown };

Type type_named(std::string_view name) {
    return name == "QUERY"       ? Type::query
           : name == "QUERY-HIT" ? Type::query_hit
           : name == "PING"      ? Type::ping
           : name == "PONG"      ? Type::pong
           : name == "BYE"       ? Type::bye
                                 : Type::unknown;
}

// Where a number that was read stands in the object; empty when there is none.
Span span_of(const JsonValue& value, std::string_view object) {
    if (missing(value)) {
        return {};
    }
    return {.offset = static_cast<std::uint32_t>(value.text.data() - object.data()),
            .length = static_cast<std::uint32_t>(value.text.size())};
}

void read_ping(MemberReader& read, Message& out) {
    Ping& ping = out.body.emplace<Ping>();
    read.sender(ping.from);
    read.introduction(ping.introduction);
}

void read_pong(MemberReader& read, JsonLists& lists, Message& out) {
    if (!read.has_list(JsonMember::hosts)) {
        lists.hosts.clear();
    }
    Pong& pong = out.body.emplace<Pong>(
        Pong{.from = {}, .introduction = {}, .files = 0, .bytes = 0, .hosts = std::move(lists.hosts)});
    read.sender(pong.from);
    read.introduction(pong.introduction);
    pong.files = read.integer<std::uint64_t>(JsonMember::files);
    pong.bytes = read.integer<std::uint64_t>(JsonMember::bytes);
}

void read_query(MemberReader& read, const JsonCollector& members, Message& out) {
    Query& query = out.body.emplace<Query>();
    read.sender(query.asker);
    query.text = read.text(JsonMember::file, max_query_length);
    const std::string_view urn_text = read.text(JsonMember::urn, std::string_view::npos);
    if (missing(members[JsonMember::urn])) {
        if (missing(members[JsonMember::file])) {
            read.fail(Malformed::missing_field);
        }
    } else {
        query.urn = Urn::parse(urn_text);
        if (!query.urn && query.text.empty()) {
            read.fail(Malformed::wrong_kind);  // nothing is left to search for
        }
    }
    query.routed = read.text(JsonMember::reply, std::string_view::npos) == "routed";
    if (read.boolean(JsonMember::firewalled)) {
        query.flags = query.flags.with(QueryFlag::firewalled);
    }
    out.ttl = read.distance(JsonMember::ttl, default_ttl);
    out.hops = read.distance(JsonMember::hops, 0);
}

void read_query_hit(MemberReader& read, JsonLists& lists, Message& out) {
    if (!read.has_list(JsonMember::results)) {
        lists.results.clear();
    }
    if (!read.has_list(JsonMember::transports)) {
        lists.transports = {};
    }
    if (!read.has_list(JsonMember::proxies)) {
        lists.proxies.clear();
    }
    QueryHit& hit = out.body.emplace<QueryHit>(QueryHit{.from = {},
                                                        .has_file = !lists.results.empty(),
                                                        .peer = {},
                                                        .transports = lists.transports,
                                                        .results = std::move(lists.results),
                                                        .push_proxies = std::move(lists.proxies)});
    read.sender(hit.from);
    hit.has_file |= read.boolean(JsonMember::has_file);
    read.peer(hit.peer);
    // What is no key is as none: there is no QUIC with that peer, but HTTP.
    hit.key = KeyHash::parse(read.text(JsonMember::key, std::string_view::npos));
    hit.client = read.cut_text(JsonMember::client, max_agent_length);
    if (read.boolean(JsonMember::firewalled)) {
        hit.state.firewalled = true;
    }
}

void read_bye(MemberReader& read, Message& out) {
    Bye& bye = out.body.emplace<Bye>();
    bye.code = read.integer<std::uint16_t>(JsonMember::code);
    bye.reason = read.cut_text(JsonMember::reason, max_reason_length);
}

JsonDecoder::Step step(JsonDecoder::Outcome outcome) {
    return {.outcome = outcome};
}

JsonDecoder::Step malformed(Malformed problem) {
    return {.outcome = JsonDecoder::Outcome::malformed, .problem = problem};
}

}  // namespace

JsonDecoder::Step read_message(std::string_view object, const JsonCollector& members, JsonLists& lists, Message& out) {
    const JsonValue& type_value = members[JsonMember::type];
    if (type_value.kind != Kind::text) {
        return malformed(missing(type_value) ? Malformed::missing_field : Malformed::wrong_kind);
    }
    const Type type = type_named(type_value.text);
    if (type == Type::unknown) {
        return step(JsonDecoder::Outcome::unknown_type);
    }

    MemberReader read(members);
    out.dialect = Dialect::json;
    out.raw = object;
    out.id_text = read.id_text(JsonMember::id);
    out.id = out.id_text.empty() ? Guid{} : guid_of_id(out.id_text);
    if ((type == Type::ping || type == Type::query) && missing(members[JsonMember::id])) {
        read.fail(Malformed::missing_field);
    }
    out.ttl = 0;
    out.hops = 0;
    out.ttl_text = {};
    out.hops_text = {};
    switch (type) {
        case Type::ping:
            read_ping(read, out);
            break;
        case Type::pong:
            read_pong(read, lists, out);
            break;
        case Type::query:
            read_query(read, members, out);
            out.ttl_text = span_of(members[JsonMember::ttl], object);
            out.hops_text = span_of(members[JsonMember::hops], object);
            break;
        case Type::query_hit:
            read_query_hit(read, lists, out);
            break;
        case Type::bye:
            read_bye(read, out);
            break;
        case Type::unknown:
            break;
    }
    return read.problem() ? malformed(*read.problem()) : step(JsonDecoder::Outcome::message);
}

}  // namespace gnutella::wire
