"""The running application: gathers, schedules, publishes and serves."""
