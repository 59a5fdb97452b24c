#include "wire/gnutella/handshake_machine.hpp"

#include "wire/gnutella/handshake_lines.hpp"

#include <algorithm>
#include <utility>

namespace gnutella::wire {

namespace {

constexpr HeaderVersion spoken{0, 6};
constexpr std::uint16_t ok_code = 200;
constexpr std::size_t max_refusal_length = 128;
constexpr std::string_view no_answer = "the answer is none of Gnutella 0.6";
constexpr std::string_view unasked_compression = "they compress what they send, which they were not asked for";

// What the connector may not say before it knows what the other can do.
HandshakeHeaders first_words(const HandshakeHeaders& ours) {
    HandshakeHeaders words = ours;
    words.sends_deflate = false;
    words.upgrades = false;
    return words;
}

std::string block_of(std::string first_line, const HandshakeHeaders& headers) {
    write_handshake_headers(headers, first_line);
    first_line += "\r\n";
    return first_line;
}

}  // namespace

HandshakeMachine::HandshakeMachine(Side side, HandshakeHeaders ours, HeaderLimits limits)
    : side_(side),
      stage_(side == Side::connector ? Stage::answer : Stage::request),
      ours_(std::move(ours)),
      reader_(limits) {}

HandshakeMachine::Step HandshakeMachine::start() const {
    if (side_ == Side::acceptor) {
        return {};
    }
    return {.send = block_of(std::string(connect_line), first_words(ours_))};
}

HandshakeMachine::Step HandshakeMachine::feed(std::string_view bytes) {
    if (stage_ == Stage::answer && !begins_as_answer(bytes)) {
        return close(no_answer, bytes.size());
    }
    const HeaderBlockReader::Step step = reader_.feed(bytes);
    switch (step.outcome) {
        case HeaderBlockReader::Outcome::incomplete:
            return {.consumed = step.consumed};
        case HeaderBlockReader::Outcome::complete:
            return block_came(step.consumed);
        case HeaderBlockReader::Outcome::too_large:
            return close("the handshake has more headers than are taken", step.consumed,
                         status_line(413, "Too many headers") + "\r\n");
        case HeaderBlockReader::Outcome::malformed:
            break;
    }
    return close("a line of the handshake is no header", step.consumed, status_line(400, "Bad header") + "\r\n");
}

// Whoever speaks something else is known by his first bytes, and may never end a block.
bool HandshakeMachine::begins_as_answer(std::string_view bytes) {
    constexpr std::string_view beginning = "GNUTELLA/";
    const std::string_view expected = beginning.substr(matched_, bytes.size());
    matched_ += expected.size();
    return bytes.starts_with(expected);
}

HandshakeMachine::Step HandshakeMachine::block_came(std::size_t consumed) {
    Step step;
    switch (stage_) {
        case Stage::request:
            step = request_came(consumed);
            break;
        case Stage::answer:
            step = answer_came(consumed);
            break;
        case Stage::last_word:
            step = last_word_came(consumed);
            break;
        case Stage::decision:
        case Stage::done:
            step = close("bytes were fed out of turn", consumed);
            break;
    }
    reader_.reset();
    return step;
}

HandshakeMachine::Step HandshakeMachine::request_came(std::size_t consumed) {
    const auto version = read_connect_line(reader_.block().first_line());
    if (!version) {
        return close("the first line is no request of Gnutella", consumed);
    }
    stage_ = Stage::decision;
    agreed_.old_version = *version < spoken;
    if (!agreed_.old_version) {
        theirs_ = read_handshake_headers(reader_.block());
        // Not theirs to say before they know what we can do: only the last word counts.
        theirs_.sends_deflate = false;
        theirs_.upgrades = false;
    }
    return {.next = Next::decide, .consumed = consumed};
}

HandshakeMachine::Step HandshakeMachine::answer_came(std::size_t consumed) {
    const auto status = read_status_line(reader_.block().first_line());
    if (!status || status->version < spoken) {
        return close(no_answer, consumed);
    }
    theirs_ = read_handshake_headers(reader_.block());
    if (status->code != ok_code) {
        return refused_by_them(consumed, status->code, status->reason);
    }
    stage_ = Stage::decision;
    return {.next = Next::decide, .consumed = consumed};
}

HandshakeMachine::Step HandshakeMachine::last_word_came(std::size_t consumed) {
    const auto status = read_status_line(reader_.block().first_line());
    if (!status) {
        return close("the last word is none of Gnutella 0.6", consumed);
    }
    // Whether they were welcome was decided by who they said they are.
    const auto guid = theirs_.guid;
    add_handshake_headers(theirs_, reader_.block());
    theirs_.guid = guid;
    if (status->code != ok_code) {
        return refused_by_them(consumed, status->code, status->reason);
    }
    if (compresses_unasked()) {
        return close(unasked_compression, consumed);
    }
    agree();
    stage_ = Stage::done;
    return {.next = Next::open, .consumed = consumed};
}

HandshakeMachine::Step HandshakeMachine::accept() {
    if (stage_ != Stage::decision) {
        return close("accepted out of turn", 0);
    }
    if (agreed_.old_version) {
        stage_ = Stage::done;
        return {.next = Next::open, .send = std::string(old_ok)};
    }
    ours_.sends_deflate = ours_.sends_deflate && theirs_.accepts_deflate;
    if (side_ == Side::acceptor) {
        // Only what was asked for is offered, and saying so is agreeing (gnet-TLS-upgrade, 2).
        ours_.offers_tls = ours_.offers_tls && theirs_.offers_tls;
        ours_.upgrades = ours_.offers_tls;
        stage_ = Stage::last_word;
        return {.next = Next::more, .send = block_of(status_line(ok_code, "OK"), ours_)};
    }
    if (compresses_unasked()) {
        return close(unasked_compression, 0);
    }
    HandshakeHeaders last;
    last.sends_deflate = ours_.sends_deflate;
    last.upgrades = ours_.offers_tls && theirs_.offers_tls && theirs_.upgrades;
    last.ultrapeer = ours_.ultrapeer;
    ours_.upgrades = last.upgrades;
    agree();
    stage_ = Stage::done;
    return {.next = Next::open, .send = block_of(status_line(ok_code, "OK"), last)};
}

HandshakeMachine::Step HandshakeMachine::refuse(const HandshakeRefusal& refusal,
                                                std::span<const Endpoint> try_ultrapeers) {
    stage_ = Stage::done;
    if (agreed_.old_version) {
        return {.next = Next::closed};
    }
    HandshakeHeaders words;
    words.user_agent = ours_.user_agent;
    words.remote_ip = ours_.remote_ip;
    const std::size_t count = std::min(try_ultrapeers.size(), HandshakeHeaders::max_try_hosts);
    words.try_ultrapeers.assign(try_ultrapeers.begin(), try_ultrapeers.begin() + static_cast<std::ptrdiff_t>(count));
    return {.next = Next::closed, .send = block_of(status_line(refusal.code, refusal.reason), words)};
}

HandshakeMachine::Step HandshakeMachine::close(std::string_view problem, std::size_t consumed, std::string send) {
    stage_ = Stage::done;
    problem_ = problem;
    return {.next = Next::closed, .send = std::move(send), .consumed = consumed};
}

HandshakeMachine::Step HandshakeMachine::refused_by_them(std::size_t consumed, std::uint16_t code,
                                                         std::string_view reason) {
    stage_ = Stage::done;
    refusal_ = {code, std::string(reason.substr(0, max_refusal_length))};
    return {.next = Next::refused, .consumed = consumed};
}

bool HandshakeMachine::compresses_unasked() const noexcept {
    return theirs_.sends_deflate && !ours_.accepts_deflate;
}

void HandshakeMachine::agree() {
    agreed_.sends_deflated = ours_.sends_deflate;
    agreed_.receives_deflated = theirs_.sends_deflate;
    agreed_.upgrades_to_tls = ours_.upgrades && theirs_.upgrades;
}

}  // namespace gnutella::wire
