"""Serves a real keystone or glance for tests: serve_openstack.py keystone|glance FOLDER PORT. Its tables are made as its models say and not by
its migrations, which take ten times as long; everything happens in one process, as loading the code takes longest."""
import os
import sqlite3
import sys

service, folder, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
# What goes wrong later is read there.
os.dup2(os.open(os.path.join(folder, 'log'), os.O_CREAT | os.O_WRONLY | os.O_APPEND), 2)
conf = os.path.join(folder, service + '.conf')


def keystone():
    import wsgiref.simple_server
    import keystone.server
    from keystone.cmd import bootstrap
    from keystone.common import provider_api, sql
    from keystone.server.flask import core

    # Who reads keeps nobody from writing, in whatever order sessions end.
    sqlite3.connect(os.path.join(folder, 'keystone.db')).execute('PRAGMA journal_mode=WAL')
    sys.argv = ['keystone']
    keystone.server.configure(config_files=[conf])
    first = bootstrap.Bootstrapper()
    with sql.session_for_write() as session:
        sql.ModelBase.metadata.create_all(session.get_bind())
    first.admin_username = first.project_name = first.admin_role_name = 'admin'
    first.admin_password = 'adminpass'
    first.service_name, first.region_id = 'keystone', 'RegionOne'
    first.public_url = first.internal_url = first.admin_url = 'http://127.0.0.1:%d/v3' % port
    first.immutable_roles = False
    first.bootstrap()
    # Both the first steps and the server load the same parts, which may be there only once.
    provider_api.ProviderAPIs._clear_registry_instances()
    make = lambda: core.setup_app_middleware(core.application.application_factory('public'))
    _, application = keystone.server.setup_backends(startup_application_fn=make)
    wsgiref.simple_server.make_server('127.0.0.1', port, application).serve_forever()


def glance():
    import sqlalchemy
    from glance.db.sqlalchemy import models, models_metadef

    engine = sqlalchemy.create_engine('sqlite:///%s/glance.db' % folder)
    models.register_models(engine)
    models_metadef.register_models(engine)
    engine.dispose()
    sys.argv = ['glance-api', '--config-file', conf]
    from glance.cmd import api
    api.main()


{'keystone': keystone, 'glance': glance}[service]()
