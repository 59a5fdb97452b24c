#include "share/open_shared.hpp"

#include "file_stamp.hpp"
#include "share/open_canonical.hpp"

namespace gnutella::share {

int open_shared(const SharedFile& file, error_code& error) {
    FileDescriptor opened = open_canonical(file.path, 0);
    struct stat status {};
    if (!opened || ::fstat(opened.get(), &status) != 0) {
        error = Error::file_unreadable;
        return -1;
    }
    const FileStamp stamp = FileStamp::of(status);
    if (!S_ISREG(status.st_mode) || stamp.size != file.size || stamp.modified != file.modified) {
        error = Error::file_changed;
        return -1;
    }
    error = {};
    return opened.release();
}

}  // namespace gnutella::share
