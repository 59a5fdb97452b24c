#include <gnutella/download.hpp>

#include "net/download_state.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/system_executor.hpp>

#include <utility>

namespace gnutella {

std::uint64_t Download::id() const noexcept {
    return state_ ? state_->id() : 0;
}

DownloadProgress Download::progress() const {
    return state_ ? state_->progress() : DownloadProgress{};
}

void Download::add_source(Hit hit) {
    if (state_) {
        state_->add_source(std::move(hit));
    }
}

void Download::pause() {
    if (state_) {
        state_->pause();
    }
}

void Download::resume() {
    if (state_) {
        state_->resume();
    }
}

void Download::cancel(Remains remains) {
    if (state_) {
        state_->cancel(remains);
    }
}

void Download::start_wait(const std::shared_ptr<State>& state, detail::Completion<error_code, DownloadedFile> done,
                          OnCancel on_cancel) {
    if (!state) {
        done(Error::no_source, DownloadedFile{});
        return;
    }
    state->wait(std::move(done), on_cancel);
}

boost::asio::any_io_executor Download::executor_of(const std::shared_ptr<State>& state) {
    return state ? state->executor() : boost::asio::any_io_executor(boost::asio::system_executor());
}

}  // namespace gnutella
