#include "net/dialect_attempts.hpp"

#include <utility>

namespace gnutella::net {

namespace {

bool was_silent(error_code reason) {
    return reason == Error::no_pong || reason == Error::handshake_timed_out;
}

bool may_speak_another(error_code reason) {
    return was_silent(reason) || reason == Error::lost || reason == Error::bad_message ||
           reason == Error::message_too_large || reason == Error::not_gnutella;
}

}  // namespace

DialectAttempts::Next DialectAttempts::failed(error_code reason, std::string text) {
    last_ = reason;
    text_ = std::move(text);
    if (was_silent(reason) && !silence_) {
        silence_ = reason;
    }
    if (!may_speak_another(reason) || !has_another()) {
        return Next::give_up;
    }
    ++at_;
    return Next::try_current;
}

error_code DialectAttempts::reason() const {
    const bool only_one = at_ == 0;
    if (only_one || !may_speak_another(last_)) {
        return last_;
    }
    return silence_.value_or(Error::not_gnutella);
}

}  // namespace gnutella::net
