using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations;
using Xunit;

namespace MispGraphSync.Tests.Destinations;

public class CapacityErrorTests
{
    [Theory]
    [InlineData("Max limit of indicators reached")]
    [InlineData("InvalidInput: The maximum number of indicators (15,000) has been reached.")]
    [InlineData("The tenant already holds 15000 indicators.")]
    [InlineData("The limit is 15000.")]
    [InlineData("Limit reached")]
    [InlineData("Indicators limit exceeded for tenant 00000000-5a5d-4b0c-8000-0000000000aa")]
    [InlineData("quotaLimitReached: The request would exceed the quota.")]
    [InlineData("400: IndicatorsLimitExceeded: Can't add 'a.example'")]
    [InlineData("Too many active indicators in this organization.")]
    [InlineData("The list of custom indicators is full.")]
    public void Capacity_errors_are_recognised(string words)
    {
        Assert.True(CapacityError.Matches(words));
        Assert.Equal(new StepOutcome.Rejected(words, IsTransient: true, NoRoom: true), CapacityError.ToRejection(words));
    }

    [Theory]
    [InlineData("The title exceeds the maximum length of 200.")]
    [InlineData("indicatorValue exceeds the maximum length")]
    [InlineData("MaximumBatchSizeExceeded: At most 500 indicators are allowed in one request.")]
    [InlineData("The maximum number of indicators per request is 500.")]
    [InlineData("expirationTime is over the limit of this tenant.")]
    [InlineData("Rate limit is exceeded. Try again in 12 seconds.")]
    [InlineData("activityLimitReached: The app or user has been throttled.")]
    [InlineData("The maximum number of labels on an indicator is reached.")]
    [InlineData("The indicator 'limit reached' is not valid.")]
    [InlineData("The indicator max.limit-15000.example is not valid.")]
    [InlineData("A full URL is required.")]
    [InlineData("")]
    public void Other_limits_are_not_capacity_errors(string words)
    {
        Assert.False(CapacityError.Matches(words));
        Assert.False(CapacityError.ToRejection(words).NoRoom);
    }
}
