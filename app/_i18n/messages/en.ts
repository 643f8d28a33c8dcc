import common from "./en/common.json";
import frame from "./en/frame.json";
import overview from "./en/overview.json";
import buckets from "./en/buckets.json";
import uploads from "./en/uploads.json";
import runners from "./en/runners.json";
import settings from "./en/settings.json";
import signIn from "./en/sign-in.json";
import errors from "./en/errors.json";
import datasets from "./en/datasets.json";
import labelling from "./en/labelling.json";
import jobs from "./en/jobs.json";
import autoLearn from "./en/auto-learn.json";
import models from "./en/models.json";
import endpoints from "./en/endpoints.json";
import charts from "./en/charts.json";

export default { common, frame, overview, buckets, uploads, runners, settings, signIn, errors, datasets, labelling, jobs, autoLearn, models, endpoints, charts };
