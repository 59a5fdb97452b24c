#pragma once

#include "wire/gnutella/handshake_headers.hpp"
#include "wire/gnutella/header_block.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gnutella::wire {

/// What is to be said when a session is refused; codes as other clients use them (Gnutella 0.6, 2.1).
struct HandshakeRefusal {
    std::uint16_t code = 503;
    std::string reason = "Busy";
};

/// A handshake of Gnutella 0.6, either side of it, without a socket and without a clock: bytes come in, and each step
/// says what to send and what to do then. It decides nothing but what follows from the specification: whether to have
/// the session at all is asked (`decide`), and answered by accept() or refuse().
///
///     connector   start -> more; feed(their answer) -> decide; accept -> open
///     acceptor    feed(their request) -> decide; accept -> more; feed(their last word) -> open
///
/// What a stranger can make it keep is bounded by HeaderLimits. How long it may take is the caller's to bound.
class HandshakeMachine {
  public:
    enum class Side : std::uint8_t { connector, acceptor };

    enum class Next : std::uint8_t {
        more,     ///< feed() what comes
        decide,   ///< theirs() is known: accept() or refuse()
        open,     ///< messages follow, as agreed() says
        refused,  ///< they do not want us: refusal() says why, theirs() whom to try instead. Close
        closed,   ///< send, then close; problem() says why, and is empty when we refused
    };

    struct Step {
        Next next = Next::more;
        /// To be sent first. May be empty.
        std::string send{};
        /// Bytes of what was fed that belong to the handshake; those behind are the session's.
        std::size_t consumed = 0;
    };

    /// What both sides have come to.
    struct Agreement {
        /// They speak 0.4: no headers, no extensions.
        bool old_version = false;
        /// TLS begins at once, and all else is inside.
        bool upgrades_to_tls = false;
        bool receives_deflated = false;
        bool sends_deflated = false;
    };

    /// @param ours what we say of ourselves: also what we offer. `accepts_deflate` and `offers_tls` mean that we can;
    ///     `sends_deflate`, that we will if they can; `upgrades` is the machine's own to say.
    HandshakeMachine(Side side, HandshakeHeaders ours, HeaderLimits limits = {});

    /// The connector's first words. For the acceptor: nothing to send.
    Step start() const;

    /// Takes what has come. Not to be called when `decide` is to be answered, or after the end.
    Step feed(std::string_view bytes);

    /// What we say of ourselves. May be changed until accept() or refuse(), as when we become the other's leaf.
    HandshakeHeaders& ours() noexcept { return ours_; }

    /// Answers `decide`: the session is wanted.
    Step accept();

    /// Answers `decide`: it is not. A peer of 0.4 is sent nothing.
    /// @param try_ultrapeers whom they may try instead.
    Step refuse(const HandshakeRefusal& refusal, std::span<const Endpoint> try_ultrapeers);

    /// What they have said of themselves so far.
    const HandshakeHeaders& theirs() const noexcept { return theirs_; }
    const Agreement& agreed() const noexcept { return agreed_; }
    const HandshakeRefusal& refusal() const noexcept { return refusal_; }
    /// One sentence, for the log.
    std::string_view problem() const noexcept { return problem_; }

  private:
    enum class Stage : std::uint8_t { request, answer, decision, last_word, done };

    bool begins_as_answer(std::string_view bytes);
    Step block_came(std::size_t consumed);
    Step request_came(std::size_t consumed);
    Step answer_came(std::size_t consumed);
    Step last_word_came(std::size_t consumed);
    Step close(std::string_view problem, std::size_t consumed, std::string send = {});
    Step refused_by_them(std::size_t consumed, std::uint16_t code, std::string_view reason);
    bool compresses_unasked() const noexcept;
    void agree();

    Side side_;
    Stage stage_;
    HandshakeHeaders ours_;
    HandshakeHeaders theirs_;
    HeaderBlockReader reader_;
    std::size_t matched_ = 0;  // bytes at the front of the answer that are as they must be
    Agreement agreed_;
    HandshakeRefusal refusal_;
    std::string_view problem_;
};

}  // namespace gnutella::wire
