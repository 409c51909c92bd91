// Something that is done every so often beside everything else: alarms, anchors, pictures.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace heed {

// Calls `look` at once and then every so often on a thread of its own, until destroyed; waits for the call that is under way.
class LookThread {
 public:
  LookThread(std::chrono::milliseconds every, std::function<void()> look) : look_(std::move(look)) {
    thread_ = std::thread([this, every] {
      std::unique_lock lock(mutex_);
      while (!stop_) {
        lock.unlock();
        look_();
        lock.lock();
        wake_.wait_for(lock, every, [this] { return stop_; });
      }
    });
  }
  ~LookThread() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }
  LookThread(const LookThread&) = delete;
  LookThread& operator=(const LookThread&) = delete;

 private:
  const std::function<void()> look_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::thread thread_;  // last
};

}  // namespace heed
