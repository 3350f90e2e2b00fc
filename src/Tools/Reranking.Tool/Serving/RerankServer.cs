using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Scalar.AspNetCore;

namespace Reranking.Tool.Serving;

/// <summary>Builds the server: the endpoints of <c>MapReranking</c> over the settings, with metrics, a reference and a playground.</summary>
internal static class RerankServer
{
    private const string OpenApiPath = "/openapi.json";
    private const string ReferencePath = "/docs";
    private const string OtlpEndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // The reference is a script of others, written into its page: whatever it would do, it talks to this server alone.
    private const string ReferencePolicy =
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data: blob:; "
        + "font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // What a load balancer may still send on a connection that it holds open.
    private static readonly TimeSpan ShutdownMargin = TimeSpan.FromSeconds(5);

    public static WebApplication Build(ServeOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ApplicationName = "rerank", ContentRootPath = AppContext.BaseDirectory });
        ServerSettings.AddTo(builder.Configuration, options);
        IConfigurationSection server = builder.Configuration.GetSection(RerankingServerOptions.SectionName);
        bool hasKeys = server.GetSection(nameof(RerankingServerOptions.ApiKeyHashes)).GetChildren().Any();
        RefuseOpenAddress(options, hasKeys);

        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Address, options.Port, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        AddLogging(builder, options);
        builder.Services.AddRouting();
        builder.Services.Configure<HostFilteringOptions>(filter => filter.AllowedHosts = AllowedHosts(options));
        RerankingBuilder reranking = builder.Services.AddReranking(builder.Configuration.GetSection("Reranking")).AddOnnx().AddHttp();
        if (options.Redis is { } redis)
        {
            SharedScores.AddTo(builder.Services, redis);
            reranking.UseCaching();
        }

        reranking.UseOpenTelemetry();
        builder.Services.AddRerankingServer(server);
        AddTelemetry(builder, options.OtlpEndpoint);
        TimeSpan timeout = server.GetValue(nameof(RerankingServerOptions.RequestTimeout), new RerankingServerOptions().RequestTimeout);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Drain + timeout + ShutdownMargin);
        builder.Services.AddSingleton<IHostedService>(new DrainService(options.Drain));

        WebApplication app = builder.Build();
        app.UseHostFiltering();
        app.Use(OriginCheck.InvokeAsync);
        app.Use(static (context, next) =>
        {
            if (context.Request.Path.StartsWithSegments(ReferencePath))
            {
                context.Response.Headers.ContentSecurityPolicy = ReferencePolicy;
            }

            return next(context);
        });
        app.MapReranking();
        app.MapRerankingOpenApi(OpenApiPath);
        if (!hasKeys || options.ShowsPlayground)
        {
            app.MapRerankingPlayground();
        }

        app.MapPrometheusScrapingEndpoint("/metrics");
        app.MapScalarApiReference(
            ReferencePath,
            static scalar => scalar.WithTitle("rerank").WithOpenApiRoutePattern(OpenApiPath).DisableDefaultFonts().DisableTelemetry().DisableAgent());
        return app;
    }

    private static void RefuseOpenAddress(ServeOptions options, bool hasKeys)
    {
        if (!IPAddress.IsLoopback(options.Address) && !hasKeys && !options.AllowAnyone)
        {
            throw new ToolException(
                $"--host is '{options.Address}', which other machines reach, and no key is asked for; expected --api-key-hash with the SHA-256 of a key "
                + $"(printf %s KEY | sha256sum), {RerankingServerOptions.SectionName}:{nameof(RerankingServerOptions.ApiKeyHashes)}, or --allow-anyone.",
                ExitCode.Usage);
        }
    }

    // A name that resolves to loopback may be anybody's; on other addresses keys, or the wish to have none, decide.
    private static string[] AllowedHosts(ServeOptions options) =>
        options.AllowedHosts.Length > 0 ? options.AllowedHosts
        : IPAddress.IsLoopback(options.Address) ? ["localhost", "127.0.0.1", "[::1]"]
        : ["*"];

    private static void AddLogging(WebApplicationBuilder builder, ServeOptions options)
    {
        builder.Logging.SetMinimumLevel(LogLevel.Information)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical)   // that a start failed is the command's to say, in a line
            .AddFilter("System", LogLevel.Warning)
            .AddFilter("Polly", LogLevel.Warning)
            .AddConfiguration(builder.Configuration.GetSection("Logging"));
        const string Timestamp = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        if (options.LogsJson)
        {
            builder.Logging.AddJsonConsole(static console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, Timestamp.TrimEnd()));
        }
        else
        {
            builder.Logging.AddSimpleConsole(
                static console => (console.SingleLine, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, Timestamp));
        }
    }

    private static void AddTelemetry(WebApplicationBuilder builder, Uri? otlpEndpoint)
    {
        OpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(static resource => resource
                .AddService("rerank", serviceVersion: typeof(RerankServer).Assembly.GetName().Version!.ToString(3))
                .AddEnvironmentVariableDetector())   // OTEL_SERVICE_NAME says more than our name
            .WithMetrics(static metrics => metrics
                .AddMeter(RerankingTelemetry.SourceName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
                .AddPrometheusExporter());
        if (otlpEndpoint is null && string.IsNullOrWhiteSpace(builder.Configuration[OtlpEndpointVariable]))
        {
            return;
        }

        telemetry.WithTracing(static tracing => tracing.AddSource(RerankingTelemetry.SourceName, "Microsoft.AspNetCore"));
        if (otlpEndpoint is not null)
        {
            telemetry.UseOtlpExporter(OtlpExportProtocol.Grpc, otlpEndpoint);
        }
        else
        {
            telemetry.UseOtlpExporter();   // reads the protocol and the headers from the variables beside it
        }
    }

    /// <summary>Returns where the server listens, once it does.</summary>
    public static Uri AddressOf(WebApplication app)
    {
        Uri bound = new(app.Urls.Single());
        return bound.Host is "0.0.0.0" or "[::]" ? new Uri(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{bound.Port}")) : bound;
    }
}
