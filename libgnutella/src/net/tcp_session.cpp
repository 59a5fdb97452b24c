#include "net/tcp_session.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <sys/uio.h>

#include <array>
#include <span>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;

namespace {

// Calls in a row for one neighbour before others on the same thread have their turn.
constexpr int max_writes_in_a_row = 8;

wire::DecodeLimits limits_of(const Settings& settings) {
    wire::DecodeLimits limits;
    limits.max_message_size = settings.max_message_size;
    limits.max_nesting = settings.max_nesting;
    limits.max_hosts = settings.max_pong_hosts;
    limits.max_results = settings.max_results;
    return limits;
}

}  // namespace

TcpSession::TcpSession(SessionId id, Channel channel, const Form& form, const Settings& settings,
                       std::shared_ptr<ReadBatchPool> batches, std::weak_ptr<Host> host, std::shared_ptr<void> ticket)
    : id_(id),
      channel_(std::move(channel)),
      bye_timeout_(settings.bye_timeout),
      spacing_(settings.legacy_spacing),
      batches_(std::move(batches)),
      host_(std::move(host)),
      ticket_(std::move(ticket)),
      input_(form.dialect, form.layers, limits_of(settings)),
      output_(settings.max_send_queue, form.layers) {}

void TcpSession::start(std::string first_bytes) {
    asio::post(channel_.get_executor(), [self = shared_from_this(), first = std::move(first_bytes)]() mutable {
        error_code ignored;
        self->channel_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
        self->input_.begin_with(std::move(first));
        self->read();
    });
}

// ---- reading ----

void TcpSession::wait_readable() {
    channel_.async_wait_readable([self = shared_from_this()](error_code error) {
        if (!error) {
            self->read();
        }
    });
}

void TcpSession::read() {
    if (phase_ == Phase::closed || input_ended_) {
        return;
    }
    if (phase_ != Phase::open) {
        throw_away_input();
        return;
    }
    auto batch = batches_->take();
    input_.fill_from_earlier(*batch);
    if (batch->empty()) {
        const std::span<char> room = input_.room(*batch);
        error_code error;
        const std::size_t got = channel_.read_some(room, error);
        if (error && error != asio::error::would_block) {
            batches_->give_back(std::move(batch));
            input_ended_ = true;
            lose(Error::lost);
            return;
        }
        input_.fill(*batch, got);
    }
    if (batch->empty()) {
        batches_->give_back(std::move(batch));
        wait_readable();
    } else if (const auto host = host_.lock()) {
        host->session_read(id_, std::move(batch));
    }
}

void TcpSession::batch_done(std::unique_ptr<ReadBatch> batch) {
    asio::post(channel_.get_executor(), [self = shared_from_this(), done = std::move(batch)]() mutable {
        const bool more_may_come = !done->malformed;
        self->batches_->give_back(std::move(done));
        if (more_may_come) {
            self->read();
        } else if (self->phase_ != Phase::closed) {
            self->throw_away_input();
        }
    });
}

void TcpSession::throw_away_input() {
    // Closing a socket with unread input sends RST, which may overtake the BYE that explains why.
    std::array<char, 16 * 1024> bin;
    error_code error;
    for (int reads = 0; !error && reads < max_writes_in_a_row; ++reads) {
        channel_.read_some(bin, error);
    }
    if (error && error != asio::error::would_block) {
        input_ended_ = true;
        if (phase_ == Phase::draining) {
            close();
        }
        return;
    }
    channel_.async_wait_readable([self = shared_from_this()](error_code failed) {
        if (!failed && self->phase_ != Phase::closed) {
            self->throw_away_input();
        }
    });
}

// ---- writing ----

void TcpSession::send(std::vector<Outgoing> frames) {
    asio::post(channel_.get_executor(), [self = shared_from_this(), outgoing = std::move(frames)]() mutable {
        if (self->phase_ != Phase::open || self->output_ended_) {
            return;
        }
        std::size_t dropped = 0;
        bool overflow = false;
        for (Outgoing& each : outgoing) {
            const auto pushed = self->output_.push(std::move(each.frame), each.priority);
            dropped += pushed.dropped;
            overflow = overflow || pushed.overflow;
        }
        if (overflow) {
            dropped += self->output_.drop_waiting();  // to make room for the BYE
        }
        if (const auto host = self->host_.lock()) {
            if (dropped > 0) {
                host->messages_dropped(dropped);
            }
            if (overflow) {
                host->queue_overflowed(self->id_);
            }
        }
        self->write();
    });
}

void TcpSession::write() {
    write_queued();
    tell_congestion();
}

void TcpSession::tell_congestion() {
    const overlay::Congestion now = output_.congestion();
    if (phase_ != Phase::open || now == told_congestion_) {
        return;
    }
    told_congestion_ = now;
    if (const auto host = host_.lock()) {
        host->congestion_changed(id_, now);
    }
}

void TcpSession::write_queued() {
    if (writing_ || phase_ == Phase::draining || phase_ == Phase::closed) {
        return;
    }
    if (output_ended_) {
        if (phase_ == Phase::flushing) {
            close();
        }
        return;
    }
    for (int writes = 0;; ++writes) {
        std::array<iovec, SessionOutput::max_pieces> pieces;
        const std::size_t count = output_.pieces(pieces);
        if (count == 0) {
            break;
        }
        if (writes == max_writes_in_a_row) {
            writing_ = true;
            asio::post(channel_.get_executor(), [self = shared_from_this()] {
                self->writing_ = false;
                self->write();
            });
            return;
        }
        error_code error;
        const std::size_t sent = channel_.write_some(std::span(pieces).first(count), error);
        if (error == asio::error::would_block) {
            wait_writable();
            return;
        }
        if (error) {
            // What the far end said before it went may be here: its BYE says more than that it is gone. Reading ends
            // the session.
            output_ended_ = true;
            if (phase_ != Phase::open || input_ended_) {
                lose(Error::lost);
            }
            return;
        }
        output_.advance(sent);
        if (paced_ && output_.at_boundary()) {
            wait_for_next_slot();
            return;
        }
    }
    if (phase_ == Phase::flushing) {
        finish_flushing();
    }
}

void TcpSession::wait_for_next_slot() {
    writing_ = true;
    spacing_timer_ = std::make_unique<asio::steady_timer>(channel_.get_executor(), spacing_);
    spacing_timer_->async_wait([self = shared_from_this()](error_code cancelled) {
        if (!cancelled) {
            self->writing_ = false;
            self->write();
        }
    });
}

void TcpSession::wait_writable() {
    writing_ = true;
    channel_.async_wait_writable([self = shared_from_this()](error_code error) {
        self->writing_ = false;
        if (!error) {
            self->write();
        }
    });
}

void TcpSession::pace() {
    asio::post(channel_.get_executor(), [self = shared_from_this()] {
        self->paced_ = true;
        self->output_.one_at_a_time();
    });
}

// ---- the end ----

void TcpSession::close_when_sent() {
    asio::post(channel_.get_executor(), [self = shared_from_this()] {
        if (self->phase_ != Phase::open) {
            return;
        }
        self->phase_ = Phase::flushing;
        self->cut_timer_ = std::make_unique<asio::steady_timer>(self->channel_.get_executor(), self->bye_timeout_);
        self->cut_timer_->async_wait([self](error_code) { self->close(); });
        self->write();
    });
}

void TcpSession::finish_flushing() {
    phase_ = Phase::draining;
    channel_.shutdown_send();
    if (input_ended_) {
        close();
    }
}

void TcpSession::abort() {
    asio::post(channel_.get_executor(), [self = shared_from_this()] { self->close(); });
}

void TcpSession::lose(error_code reason) {
    if (phase_ == Phase::open) {
        if (const auto host = host_.lock()) {
            host->session_lost(id_, reason);
        }
    }
    close();
}

void TcpSession::close() {
    if (phase_ == Phase::closed) {
        return;
    }
    phase_ = Phase::closed;
    channel_.close();
    spacing_timer_.reset();
    cut_timer_.reset();
    ticket_.reset();
    if (const auto host = host_.lock()) {
        host->session_gone(id_);
    }
}

}  // namespace gnutella::net
