"""Many reporters who press at one moment."""

import threading


def press_at_once(app, config, parcels):
    """Post from a thread for each, all at one moment."""
    answers, barrier = [], threading.Barrier(len(parcels))

    def press(parcel):
        client = app.test_client()
        barrier.wait()
        answers.append(client.post("/tip/sealed", json=parcel))

    threads = [threading.Thread(target=press, args=(parcel,)) for parcel in parcels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
