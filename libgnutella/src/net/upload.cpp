#include "net/upload.hpp"

#include <boost/asio/error.hpp>

#include <chrono>
#include <utility>

namespace gnutella::net {

namespace {

// What the system, TLS or QUIC says of a connection that is no more.
error_code in_our_words(const error_code& error) {
    const bool is_ours = error.category() == error_category() || error == boost::asio::error::operation_aborted;
    return !error || is_ours ? error : Error::downloader_closed;
}

}  // namespace

Upload::Upload(std::shared_ptr<HttpService> service, std::string name, Endpoint to, std::uint64_t size)
    : service_(std::move(service)), meter_(std::chrono::steady_clock::now()) {
    progress_.id = ++service_->last_upload_id;
    progress_.name = std::move(name);
    progress_.to = std::move(to);
    progress_.size = size;
    service_->counters->uploads.fetch_add(1, std::memory_order_relaxed);
    report();
}

Upload::~Upload() {
    if (!progress_.ended) {
        end(boost::asio::error::operation_aborted);
    }
}

void Upload::sent(std::uint64_t bytes) {
    progress_.sent += bytes;
    service_->counters->bytes_uploaded.fetch_add(bytes, std::memory_order_relaxed);
}

void Upload::report() {
    progress_.rate = meter_.rate(progress_.sent, std::chrono::steady_clock::now());
    service_->emit(progress_);
}

void Upload::end(const error_code& error) {
    progress_.ended = true;
    progress_.error = in_our_words(error);
    report();
}

}  // namespace gnutella::net
