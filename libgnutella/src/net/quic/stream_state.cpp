#include "net/quic/stream_state.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;

namespace {

// Bytes not yet sent that are taken: enough that the connection never waits for its user. What is sent and not
// acknowledged comes on top, up to the limit.
constexpr std::size_t max_unsent = 512 * 1024;
// A writer that waits is woken when there is room for so much, not for each packet.
constexpr std::size_t worth_waking = 128 * 1024;

}  // namespace

StreamState::StreamState(asio::any_io_executor strand, StreamHost& host, std::int64_t id, Ends ends, Limits limits)
    : strand_(std::move(strand)), host_(&host), id_(id), ends_(std::move(ends)), limits_(limits), linger_(strand_) {}

template <class Function>
void StreamState::on_strand(Function function) {
    asio::dispatch(strand_, [self = shared_from_this(), function = std::move(function)]() mutable { function(*self); });
}

// The signal is emitted where the operation's user runs, and so it is there, before the strand is gone to, that the
// slot is taken; the operation ends on the strand.
template <class Operation, class... Nothing>
void StreamState::cancel_by_signal(Operation& operation, std::optional<Operation> StreamState::*place,
                                   Nothing... nothing) {
    operation.number = ++last_number_;
    operation.done.on_cancel([weak = weak_from_this(), place, number = operation.number, nothing...] {
        const auto late = weak.lock();
        if (!late) {
            return;
        }
        late->on_strand([place, number, nothing...](StreamState& self) {
            std::optional<Operation>& waiting = self.*place;
            if (waiting && waiting->number == number) {
                Operation cancelled = std::move(*waiting);
                waiting.reset();
                cancelled.done(asio::error::operation_aborted, nothing...);
            }
        });
    });
}

// ---- reading ----

void StreamState::read(MutableBuffers buffers, Done done) {
    Read read{buffers, 0, std::move(done), 0};
    cancel_by_signal(read, &StreamState::read_, std::size_t{0});
    on_strand([read = std::move(read)](StreamState& self) mutable { self.start_read(std::move(read)); });
}

void StreamState::start_read(Read read) {
    if (read.buffers.bytes == 0 || incoming_.size() > 0) {
        const std::size_t count = take_into(read);
        if (count > 0 && host_ != nullptr) {
            host_->stream_taken(*this, count);
        }
        read.done({}, count);
        return;
    }
    if (read_error_) {
        read.done(read_error_, 0);
        return;
    }
    read_ = std::move(read);
}

std::size_t StreamState::take_into(Read& read) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < read.buffers.count && incoming_.size() > 0; ++at) {
        const auto& buffer = read.buffers.buffers[at];
        count += incoming_.take({static_cast<std::byte*>(buffer.data()), buffer.size()});
    }
    return count;
}

// Straight into the reader's own memory. @return how many had room.
std::size_t StreamState::fill_read(std::span<const std::byte> bytes) {
    std::size_t done = 0;
    std::size_t skip = read_->filled;
    for (std::size_t at = 0; at < read_->buffers.count && done < bytes.size(); ++at) {
        const auto& buffer = read_->buffers.buffers[at];
        if (skip >= buffer.size()) {
            skip -= buffer.size();
            continue;
        }
        const std::size_t here = std::min(buffer.size() - skip, bytes.size() - done);
        std::memcpy(static_cast<std::byte*>(buffer.data()) + skip, bytes.data() + done, here);
        done += here;
        skip = 0;
    }
    read_->filled += done;
    return done;
}

void StreamState::received(std::span<const std::byte> bytes) {
    if (read_) {
        const std::size_t taken = fill_read(bytes);
        bytes = bytes.subspan(taken);
        if (host_ != nullptr) {
            host_->stream_taken(*this, taken);
        }
    }
    if (released_) {
        if (host_ != nullptr) {
            host_->stream_taken(*this, bytes.size());
        }
        return;
    }
    incoming_.append(bytes);
}

void StreamState::received_end() {
    read_failed(asio::error::eof);
}

void StreamState::read_failed(error_code error) {
    if (!read_error_) {
        read_error_ = error;
    }
}

void StreamState::flush() {
    if (read_ && (read_->filled > 0 || read_error_)) {
        finish_read(read_->filled > 0 ? error_code() : read_error_);
    }
}

void StreamState::finish_read(error_code error) {
    Read read = std::move(*read_);
    read_.reset();
    read.done(error, read.filled);
}

// ---- writing ----

void StreamState::write(ConstBuffers buffers, Done done) {
    Write write{buffers, std::move(done), 0};
    cancel_by_signal(write, &StreamState::write_, std::size_t{0});
    on_strand([write = std::move(write)](StreamState& self) mutable { self.start_write(std::move(write)); });
}

std::size_t StreamState::room() const noexcept {
    const std::size_t for_unsent = max_unsent - std::min(max_unsent, outgoing_.unsent());
    const std::size_t for_all = limits_.kept - std::min(limits_.kept, outgoing_.kept());
    return std::min(for_unsent, for_all);
}

void StreamState::start_write(Write write) {
    write_ = std::move(write);
    continue_writing();
}

void StreamState::prepare(std::size_t size, detail::Completion<error_code, std::span<std::byte>> done) {
    Prepare prepare{size, std::move(done), 0};
    cancel_by_signal(prepare, &StreamState::prepare_, std::span<std::byte>());
    on_strand([prepare = std::move(prepare)](StreamState& self) mutable { self.start_prepare(std::move(prepare)); });
}

void StreamState::start_prepare(Prepare prepare) {
    prepare_ = std::move(prepare);
    continue_writing();
}

void StreamState::commit(std::size_t size) {
    on_strand([size](StreamState& self) {
        if (size > 0 && !self.write_error_) {
            self.outgoing_.commit(size);
            self.host_->stream_ready(self);
        }
    });
}

// Serves who waits for room, when there is enough of it or nothing to hope for.
void StreamState::continue_writing() {
    const error_code refused = write_error_ ? write_error_ : finished_ ? asio::error::shut_down : error_code();
    if (write_ && (refused || room() >= std::min(write_->buffers.bytes, worth_waking))) {
        Write write = std::move(*write_);
        write_.reset();
        const std::size_t count = refused ? 0 : std::min(room(), write.buffers.bytes);
        copy_in(write.buffers, count);
        write.done(refused, count);
        if (count > 0) {
            host_->stream_ready(*this);
        }
    }
    if (prepare_ && (refused || room() >= prepare_->size)) {
        Prepare waiting = std::move(*prepare_);
        prepare_.reset();
        waiting.done(refused, refused ? std::span<std::byte>() : outgoing_.prepare(waiting.size));
    }
}

void StreamState::copy_in(const ConstBuffers& buffers, std::size_t most) {
    for (std::size_t at = 0; at < buffers.count && most > 0; ++at) {
        const auto& buffer = buffers.buffers[at];
        const std::size_t here = std::min(most, buffer.size());
        outgoing_.append({static_cast<const std::byte*>(buffer.data()), here});
        most -= here;
    }
}

void StreamState::finish() {
    on_strand([](StreamState& self) {
        if (!self.finished_ && !self.write_error_) {
            self.finished_ = true;
            self.host_->stream_ready(self);
        }
    });
}

void StreamState::sent(std::size_t bytes, bool with_end) {
    outgoing_.sent(bytes);
    end_sent_ = end_sent_ || with_end;
    continue_writing();
}

void StreamState::acknowledged(std::size_t bytes) {
    outgoing_.acknowledged(bytes);
    continue_writing();
}

void StreamState::write_failed(error_code error) {
    if (!write_error_) {
        write_error_ = error;
    }
    continue_writing();
}

// ---- ending ----

void StreamState::abort() {
    on_strand([](StreamState& self) {
        if (self.host_ != nullptr && !self.read_error_) {
            self.host_->stop_reading(self);
        }
        if (self.host_ != nullptr && !self.write_error_) {
            self.host_->reset_writing(self);
        }
        // What it has got already is not worth more than what it will not get.
        if (const std::size_t unread = self.incoming_.clear(); unread > 0 && self.host_ != nullptr) {
            self.host_->stream_taken(self, unread);
        }
        self.read_error_ = asio::error::operation_aborted;
        if (self.read_) {
            self.finish_read(self.read_error_);
        }
        self.write_error_ = {};
        self.write_failed(asio::error::operation_aborted);
    });
}

void StreamState::release() {
    on_strand([](StreamState& self) {
        self.released_ = true;
        const bool ends_well = self.finished_ && !self.write_error_;
        if (self.host_ != nullptr && !self.read_error_) {
            self.host_->stop_reading(self);
        }
        if (const std::size_t unread = self.incoming_.clear(); unread > 0 && self.host_ != nullptr) {
            self.host_->stream_taken(self, unread);
        }
        if (self.host_ != nullptr && !ends_well && !self.write_error_) {
            self.host_->reset_writing(self);
        }
        if (self.host_ != nullptr && ends_well) {
            self.start_linger();
        }
        if (self.host_ != nullptr) {
            self.host_->stream_released(self);
        }
    });
}

// A far end that takes nothing must not make us keep what it was to take.
void StreamState::start_linger() {
    lingering_with_ = outgoing_.kept();
    linger_.expires_after(limits_.linger);
    linger_.async_wait([weak = weak_from_this()](error_code cancelled) {
        const auto self = weak.lock();
        if (cancelled || !self || self->host_ == nullptr || self->closed) {
            return;
        }
        if (self->outgoing_.kept() < self->lingering_with_) {
            self->start_linger();
            return;
        }
        self->host_->reset_writing(*self);
        self->write_failed(asio::error::timed_out);
    });
}

void StreamState::detach(error_code error) {
    read_failed(error);
    flush();
    write_failed(error);
    host_ = nullptr;
    linger_.cancel();
}

void StreamState::drop() {
    host_ = nullptr;
    read_error_ = write_error_ = asio::error::operation_aborted;
    // Each may own who owns this.
    const auto self = shared_from_this();
    const auto read = std::exchange(read_, std::nullopt);
    const auto write = std::exchange(write_, std::nullopt);
    const auto prepare = std::exchange(prepare_, std::nullopt);
}

}  // namespace gnutella::net
