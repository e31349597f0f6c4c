// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

/** What a client does to a server, by what it wants of it. Threads: stateless. */
enum Attack {
    /** It shares an eventfd whose writes wait. */
    HOLDS_THREADS_BY_A_FULL_EVENTFD {
        @Override
        void run(Assault assault) {
            assault.shareFullEventFd();
        }
    },
    /** It fills the eventfd in the moment in which the server has just looked for room, for which it is ended. */
    HOLDS_A_THREAD_BY_FILLING_AN_EVENTFD {
        @Override
        void run(Assault assault) throws InterruptedException {
            assault.fillEventFdWhileItIsSignalled();
        }
    },
    /** It brings descriptors whose close waits, lets others lie unread, and stops in the middle of a message. */
    HOLDS_THREADS_BY_CLOSING {
        @Override
        void run(Assault assault) {
            assault.bringLingeringSockets();
            assault.stopInTheMiddle();
        }
    },
    /** It writes what can be written, and keeps the registers that it has mapped, into which it goes on writing. */
    LEAVES_SOMETHING {
        @Override
        void run(Assault assault) {
            assault.keepMappedRegisters();
            assault.writeEverywhere();
        }
    },
    /** It takes away the memory in which the device works. */
    TAKES_MEMORY {
        @Override
        void run(Assault assault) {
            assault.takeMemory();
        }
    },
    /** It sends descriptors with each byte of a message, maps some hundred times, and fills the queue of commands. */
    TAKES_MUCH {
        @Override
        void run(Assault assault) {
            assault.sendDescriptorsBitByBit();
            assault.mapAll();
            assault.flood();
        }
    },
    /** It does several of these, and is killed. */
    IS_KILLED {
        @Override
        void run(Assault assault) throws Exception {
            assault.haveAnotherProcessAttack();
        }
    };

    abstract void run(Assault assault) throws Exception;
}
