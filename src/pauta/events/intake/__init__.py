"""Events from programs: taken in as they come, understood afterwards."""
